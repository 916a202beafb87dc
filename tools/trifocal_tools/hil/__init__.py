"""Hardware in the loop: one suite of cases for a board on a serial port and for simulated glasses.

    trifocal hil --port /dev/ttyUSB0
    pytest -p trifocal_tools.hil.plugin --pyargs trifocal_tools.hil.suite --dut=micropython

What is under test is always at the end of a serial port and is spoken to in frames, as a gateway does. What frames
cannot do, cut the power or empty a battery, is asked of the device under test, which says what it can.
"""
