"""Telling people and partners, once each."""
