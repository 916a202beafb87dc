import unittest

from trifocal_firmware.boards.parts.cell import ABSENT_MV, CURVE, Cell


class Adc:
    """An input that sees these voltages in turn, the last one for ever."""

    def __init__(self, *millivolts):
        self.seen = list(millivolts)

    def read_uv(self):
        return (self.seen.pop(0) if len(self.seen) > 1 else self.seen[0]) * 1_000


def level(millivolts, times=2.0):
    return Cell(Adc(millivolts / times), times).level


class TestCell(unittest.TestCase):
    def test_every_point_of_the_curve_is_met(self):
        for millivolts, percent in CURVE:
            self.assertEqual(level(millivolts), percent, str(millivolts))

    def test_between_the_points_it_is_straight_and_beyond_them_flat(self):
        self.assertEqual([level(mv) for mv in (3_400, 3_640, 3_765)], [2, 12, 35])
        self.assertEqual([level(mv) for mv in (4_181, 5_000, 3_299, ABSENT_MV)], [100, 100, 0, 0])

    def test_it_never_rises_while_the_voltage_falls(self):
        levels = [level(mv) for mv in range(4_300, ABSENT_MV - 1, -7)]
        self.assertEqual(levels, sorted(levels, reverse=True))

    def test_other_dividers_and_other_curves_are_taken(self):
        self.assertEqual(level(3_790, 3.0), 42)
        self.assertEqual(Cell(Adc(1_500), 2.0, ((2_000, 0), (4_000, 100))).level, 50)

    def test_no_divider_or_no_input_is_full(self):
        self.assertEqual((level(ABSENT_MV - 2), level(0), Cell(None, 2.0).level), (100, 100, 100))
        self.assertFalse(Cell(None, 2.0).look())

    def test_one_dip_under_load_changes_nothing_a_lasting_one_does(self):
        cell = Cell(Adc(1_895), 2.0)
        cell._adc = Adc(1_895, 1_600, 1_895, 1_610, 1_895)
        self.assertEqual((cell.look(), cell.level), (False, 42))
        cell._adc = Adc(1_895, 1_750, 1_750, 1_750)
        self.assertEqual((cell.look(), cell.level), (True, 4))
        self.assertFalse(cell.look())


if __name__ == "__main__":
    unittest.main()
