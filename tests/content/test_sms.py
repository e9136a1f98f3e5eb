"""How many parts a text message takes: packed, not divided."""

import pytest

from bot.content.sms import parts_of


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        pytest.param("", 1, id="nothing"),
        pytest.param("a" * 160, 1, id="full"),
        pytest.param("a" * 161, 2, id="one more"),
        pytest.param("a" * 306, 2, id="two full parts"),
        pytest.param("a" * 307, 3, id="and one more"),
        pytest.param("€" * 80, 1, id="the euro takes two places"),
        pytest.param("€" * 81, 2, id="and one more of them"),
        pytest.param("a" * 152 + "€" + "a" * 152, 3, id="a pair never stands in two parts"),
        pytest.param("я" * 70, 1, id="another script has 70"),
        pytest.param("я" * 71, 2, id="and 67 a part"),
        pytest.param("a" * 70 + "ł", 2, id="one letter makes all of them dear"),
        pytest.param("я" * 66 + "🙂" + "я" * 66, 3, id="an emoji never stands in two parts"),
        pytest.param("é" * 160, 1, id="some accents are inside"),
    ],
)
def test_a_message_is_packed_as_the_network_does(text: str, parts: int) -> None:
    assert parts_of(text) == parts
