"""A drawing surface measured in metres, with the few strokes the demo's road scenes need."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from PIL import Image, ImageChops, ImageDraw

Point = tuple[float, float]
Colour = tuple[int, int, int]
Shape = Sequence[Point]

_STEPS = 10


def shade(colour: Colour, factor: float) -> Colour:
    """Return `colour` darker (factor below 1) or lighter, towards white (factor above 1)."""
    if factor <= 1:
        return _clamped(channel * factor for channel in colour)
    return _clamped(channel + (255 - channel) * (factor - 1) for channel in colour)


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """Return the colour that lies `share` of the way from `one` to `other`."""
    return _clamped(a + (b - a) * share for a, b in zip(one, other, strict=True))


def _clamped(channels: Iterable[float]) -> Colour:
    red, green, blue = (max(0, min(255, round(channel))) for channel in channels)
    return red, green, blue


def smooth(points: Shape) -> list[Point]:
    """Return a closed curve through `points` (Catmull-Rom, tension chosen to keep panels taut)."""
    curve: list[Point] = []
    count = len(points)
    for index in range(count):
        before, start, end, after = (points[(index + step) % count] for step in (-1, 0, 1, 2))
        curve.extend(_between(before, start, end, after, step / _STEPS) for step in range(_STEPS))
    return curve


def _between(before: Point, start: Point, end: Point, after: Point, t: float) -> Point:
    tension = 0.28
    h1, h2 = 2 * t**3 - 3 * t**2 + 1, -2 * t**3 + 3 * t**2
    h3, h4 = t**3 - 2 * t**2 + t, t**3 - t**2
    return (
        h1 * start[0] + h2 * end[0] + h3 * tension * (end[0] - before[0]) + h4 * tension * (after[0] - start[0]),
        h1 * start[1] + h2 * end[1] + h3 * tension * (end[1] - before[1]) + h4 * tension * (after[1] - start[1]),
    )


def vertical_blend(size: tuple[int, int], stops: Sequence[tuple[float, Colour]]) -> Image.Image:
    """Return an image whose rows run through `stops`: (share of the height from the top, colour)."""
    width, height = size
    column = Image.new("RGB", (1, height))
    column.putdata([_stop_colour(stops, row / max(1, height - 1)) for row in range(height)])
    return column.resize((width, height), Image.Resampling.NEAREST)


def _stop_colour(stops: Sequence[tuple[float, Colour]], at: float) -> Colour:
    for (start, first), (end, last) in pairwise(stops):
        if at <= end:
            return mix(first, last, (at - start) / (end - start) if end > start else 0.0)
    return stops[-1][1]


@dataclass(frozen=True, slots=True)
class Pen:
    """Draws on `image`, `scale` pixels to the metre, from a point on the ground at the left edge; y points up."""

    image: Image.Image
    scale: float

    @classmethod
    def blank(cls, width: float, height: float, scale: float) -> Pen:
        """Return a pen over a clear surface of `width` by `height` metres."""
        return cls(Image.new("RGBA", (round(width * scale), round(height * scale)), (0, 0, 0, 0)), scale)

    def fill(self, shape: Shape, colour: Colour, *, opacity: int = 255) -> None:
        """Fill a polygon."""
        if opacity == 255:  # noqa: PLR2004 (opaque)
            ImageDraw.Draw(self.image).polygon(self._pixels(shape), fill=(*colour, 255))
        else:
            self._paste(Image.new("RGB", self.image.size, colour), self.mask(shape).point(lambda v: v * opacity // 255))

    def fill_blend(self, mask: Image.Image, stops: Sequence[tuple[float, Colour]]) -> None:
        """Fill what `mask` covers with rows of colour; stops are (metres above ground, colour), from the top down."""
        height = self.image.height
        shares = [(1 - metres * self.scale / height, colour) for metres, colour in stops]
        self._paste(vertical_blend(self.image.size, [(0.0, shares[0][1]), *shares, (1.0, shares[-1][1])]), mask)

    def mask(self, shape: Shape) -> Image.Image:
        """Return a mask of the polygon."""
        mask = Image.new("L", self.image.size, 0)
        ImageDraw.Draw(mask).polygon(self._pixels(shape), fill=255)
        return mask

    def disc(self, centre: Point, radius: float, colour: Colour) -> None:
        """Fill a circle."""
        x, y = self._pixel(centre)
        r = radius * self.scale
        ImageDraw.Draw(self.image).ellipse((x - r, y - r, x + r, y + r), fill=(*colour, 255))

    def ring(self, centre: Point, radius: float, width: float, colour: Colour) -> None:
        """Draw a circle."""
        x, y = self._pixel(centre)
        r = radius * self.scale
        ImageDraw.Draw(self.image).ellipse(
            (x - r, y - r, x + r, y + r), outline=(*colour, 255), width=max(1, round(width * self.scale))
        )

    def line(self, points: Shape, width: float, colour: Colour) -> None:
        """Draw a line with round joints and ends."""
        ImageDraw.Draw(self.image).line(
            self._pixels(points), fill=(*colour, 255), width=max(1, round(width * self.scale)), joint="curve"
        )
        for point in (points[0], points[-1]):
            self.disc(point, width / 2, colour)

    def _paste(self, paint: Image.Image, mask: Image.Image) -> None:
        # Through the alpha as well: what is painted becomes solid where the mask is.
        alpha = ImageChops.lighter(self.image.getchannel("A"), mask)
        base = self.image.convert("RGB")
        base.paste(paint, (0, 0), mask)
        base.putalpha(alpha)
        self.image.paste(base, (0, 0))

    def _pixel(self, point: Point) -> Point:
        return point[0] * self.scale, self.image.height - point[1] * self.scale

    def _pixels(self, shape: Shape) -> list[Point]:
        return [self._pixel(point) for point in shape]
