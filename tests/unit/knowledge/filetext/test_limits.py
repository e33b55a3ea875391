import pytest

from knowledge.filetext import ReadLimits


@pytest.mark.parametrize(
    ("wall", "processor", "share"),
    [
        (0, 0, 0),
        (30, 30, 0.5),
        (60, 110, 1.0),  # two threads
        (60, 40, 1.0),
        (60, 6, 0.25),  # others keep the processors busy
        (240, 6, 1.0),  # but not for ever
        (240, 0, 1.0),
    ],
)
def test_time_is_wall_time_that_stretches_while_others_keep_the_processor(
    wall: float, processor: float, share: float
) -> None:
    assert ReadLimits(seconds=60).spent_share(wall=wall, processor=processor) == pytest.approx(share)


def test_nonsense_is_refused() -> None:
    with pytest.raises(ValueError, match="seconds"):
        ReadLimits(seconds=0)
