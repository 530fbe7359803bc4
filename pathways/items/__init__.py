"""The bank of questions: texts, pictures, sounds, translations, grading."""
