"""An address or a number, as people type it."""

from __future__ import annotations

import pytest

from pathways.errors import Invalid
from pathways.workshops.models import Channel
from pathways.workshops.seating.contacts import Contact, contact_of, number_of


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("06 12 34 56 78", "+33612345678"),
        ("06.12.34.56.78", "+33612345678"),
        ("+33 6 12 34 56 78", "+33612345678"),
        ("٠٦١٢٣٤٥٦٧٨", "+33612345678"),
        ("0262 20 20 20", "+262262202020"),
        ("0692 12 34 56", "+262692123456"),
        ("0690 35 12 34", "+590690351234"),
        ("+93 70 123 4567", "+93701234567"),
    ],
)
def test_numbers_of_here_and_overseas(typed, number):
    assert contact_of(typed, mail=True, sms=True) == Contact(Channel.SMS, number)


def test_six_figures_are_a_number_only_where_they_are_dialled():
    assert number_of("987654") == ""
    assert number_of("987654", "Pacific/Noumea") == "+687987654"


def test_an_address_and_nothing():
    assert contact_of(" a.b@exemple.fr ", mail=True, sms=False) == Contact(Channel.EMAIL, "a.b@exemple.fr")
    assert contact_of("  ", mail=True, sms=True) == Contact()


@pytest.mark.parametrize(
    "typed", ["bonjour", "06 12", "a@b", "a b@exemple.fr", "a@exemple.fr, b@exemple.fr", "<a@b.fr>"]
)
def test_what_is_neither(typed):
    with pytest.raises(Invalid) as refused:
        contact_of(typed, mail=True, sms=True)
    assert refused.value.errors[0]["field"] == "contact"


def test_what_this_server_cannot_send():
    with pytest.raises(Invalid):
        contact_of("0612345678", mail=True, sms=False)
    with pytest.raises(Invalid):
        contact_of("a@exemple.fr", mail=False, sms=True)
