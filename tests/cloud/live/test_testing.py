"""The clip is what it says: otherwise the tests that use it would prove nothing."""

from trifocal_cloud.live import flv
from trifocal_cloud.live.testing import clip, decode, messages


def test_a_clip_has_its_frames_and_its_sound() -> None:
    found = decode(clip(1.0))
    assert len(found.pictures) == 30
    assert found.samples >= 46 * 1024
    assert [place // 3 for place in found.bright[1:9]] == sorted({place // 3 for place in found.bright[1:9]})


def test_messages_begin_with_what_decoding_needs() -> None:
    found = messages(clip(1.0))
    kinds = [(kind, flv.frame(body).what if kind == 9 else None) for kind, _, body in found[:4] if flv.frame]
    assert (9, flv.CONFIG) in kinds[:3]
    frames = [body for kind, _, body in found if kind == 9 and body[1] == 1]
    assert len(frames) == 30
    assert frames[0][0] >> 4 == 1
    stamps = [stamp for _, stamp, _ in found[3:]]
    assert stamps == sorted(stamps)


def test_a_clip_without_sound() -> None:
    assert {kind for kind, _, _ in messages(clip(0.5, sound=False))} == {9, 18}
