"""Random numbers by counter, as src-main/model/random.ts makes them: xoshiro128** with its state from splitmix32."""
import math

PURPOSES = ["weights", "order", "noise", "codes", "hold-out", "revival", "map"]
MASK = 0xFFFFFFFF


class RandomStream:
    def __init__(self, seed: int, purpose: str, counter: int = 0):
        state = seed & MASK

        def spread():
            nonlocal state
            state = (state + 0x9E3779B9) & MASK
            x = state
            x = (x ^ x >> 16) * 0x21F0AAAD & MASK
            x = (x ^ x >> 15) * 0x735A2D97 & MASK
            return x ^ x >> 15

        for part in (PURPOSES.index(purpose) + 1, counter):
            state = spread() ^ (part * 0x85EBCA6B & MASK)
        self.s = [spread(), spread(), spread(), spread() | 1]
        self.spare = []

    def bits(self) -> int:
        a, b, c, d = self.s
        r = b * 5 & MASK
        r = (r << 7 | r >> 25) * 9 & MASK
        c, d = c ^ a, d ^ b
        b, a = b ^ c, a ^ d
        c ^= self.s[1] << 9 & MASK
        self.s = [a, b, c, (d << 11 | d >> 21) & MASK]
        return r

    def uniforms(self, count: int) -> list[float]:
        return [((self.bits() >> 9) + 0.5) / 0x800000 for _ in range(count)]

    def normals(self, count: int) -> list[float]:
        """Box and Muller, both values of a pair; an odd last pair's second is for a later call."""
        values = self.spare
        while len(values) < count:
            radius, angle = math.sqrt(-2 * math.log(self.uniforms(1)[0])), 2 * math.pi * self.uniforms(1)[0]
            values += [radius * math.cos(angle), radius * math.sin(angle)]
        self.spare = values[count:]
        return values[:count]

    def permutation(self, count: int) -> list[int]:
        order = list(range(count))
        for i in range(count - 1, 0, -1):
            j = self.bits() * (i + 1) >> 32
            order[i], order[j] = order[j], order[i]
        return order
