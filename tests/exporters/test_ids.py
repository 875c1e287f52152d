"""What was seen before is told apart from what was not, however much there is of it."""

from hypothesis import given
from hypothesis import strategies as st

from exporters.ids import SLOTS, Texts


@given(st.lists(st.text(max_size=2)))
def test_a_text_is_new_once(texts: list[str]) -> None:
    seen = Texts()
    assert [seen.add(text) for text in texts] == [text not in texts[:place] for place, text in enumerate(texts)]


def test_every_text_is_known_again_after_the_set_grew() -> None:
    seen = Texts()
    many = [f"clip-{number}" for number in range(4 * SLOTS)]
    assert all(seen.add(text) for text in many)
    assert not any(seen.add(text) for text in many)
