"""A drawing surface for backdrops, in the coordinates of 1280 by 720, drawn at twice that for smooth edges."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from labelhub.demo.pen import Colour, Point, vertical_blend

WIDTH, HEIGHT = 1280, 720
_FINE = 2


@dataclass(frozen=True, slots=True)
class Brush:
    """Draws a backdrop; y points down, as in pictures."""

    image: Image.Image

    @classmethod
    def blank(cls) -> Brush:
        """Return a brush over an empty picture."""
        return cls(Image.new("RGB", (WIDTH * _FINE, HEIGHT * _FINE)))

    def finished(self) -> Image.Image:
        """Return the picture at 1280 by 720."""
        return self.image.reduce(_FINE)

    def blend(self, top: float, bottom: float, stops: Sequence[tuple[float, Colour]]) -> None:
        """Fill the full width from `top` to `bottom` with rows of colour."""
        rows = vertical_blend((self.image.width, round((bottom - top) * _FINE)), stops)
        self.image.paste(rows, (0, round(top * _FINE)))

    def rect(self, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
        """Fill a rectangle."""
        box = (left * _FINE, top * _FINE, right * _FINE, bottom * _FINE)
        ImageDraw.Draw(self.image).rectangle(box, fill=colour)

    def poly(self, points: Sequence[Point], colour: Colour) -> None:
        """Fill a polygon."""
        ImageDraw.Draw(self.image).polygon(_fine(points), fill=colour)

    def line(self, points: Sequence[Point], width: float, colour: Colour) -> None:
        """Draw a line."""
        ImageDraw.Draw(self.image).line(_fine(points), fill=colour, width=max(1, round(width * _FINE)), joint="curve")

    def disc(self, x: float, y: float, radius: float, colour: Colour, *, flat: float = 1.0) -> None:
        """Fill a circle, or an ellipse `flat` times as high as wide."""
        box = tuple(v * _FINE for v in (x - radius, y - radius * flat, x + radius, y + radius * flat))
        ImageDraw.Draw(self.image).ellipse(box, fill=colour)

    def cloud(self, puffs: Sequence[tuple[float, float, float]], colour: Colour, *, soft: float, opacity: int) -> None:
        """Lay soft puffs (x, y, radius) of one colour over the picture; also haze, glow and shade."""
        mask = Image.new("L", (WIDTH // 2, HEIGHT // 2), 0)  # soft things need no fine mask
        drawing = ImageDraw.Draw(mask)
        for x, y, radius in puffs:
            drawing.ellipse(
                tuple(v / 2 for v in (x - radius, y - radius * 0.5, x + radius, y + radius * 0.5)), fill=opacity
            )
        mask = mask.filter(ImageFilter.GaussianBlur(soft / 2)).resize(self.image.size, Image.Resampling.BILINEAR)
        self.image.paste(Image.new("RGB", self.image.size, colour), (0, 0), mask)

    def text(self, x: float, y: float, words: str, size: float, colour: Colour) -> None:
        """Write `words` around a middle point."""
        font = ImageFont.load_default(size=size * _FINE)
        ImageDraw.Draw(self.image).text((x * _FINE, y * _FINE), words, font=font, fill=colour, anchor="mm")

    def grain(self, top: float, bottom: float, seed: int, *, strength: float) -> None:
        """Roughen the rows from `top` to `bottom`, as asphalt and concrete are."""
        box = (0, round(top * _FINE), self.image.width, round(bottom * _FINE))
        size = (box[2] - box[0], box[3] - box[1])
        noise = Image.frombytes("L", size, random.Random(seed).randbytes(size[0] * size[1]))  # noqa: S311 (looks only)
        noise = noise.point(lambda v: round(128 + (v - 128) * strength))
        rough = Image.merge("RGB", (noise, noise, noise))
        patch = self.image.crop(box)
        self.image.paste(ImageChops.add(patch, rough, scale=1, offset=-128), box)


def _fine(points: Sequence[Point]) -> list[Point]:
    return [(x * _FINE, y * _FINE) for x, y in points]
