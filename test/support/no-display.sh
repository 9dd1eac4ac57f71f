#!/bin/sh
# Says and does what Electron does where the display cannot be opened.
echo '[1:0101/000000.000000:ERROR:ozone_platform_x11.cc(239)] Missing X server or $DISPLAY' >&2
exit 1
