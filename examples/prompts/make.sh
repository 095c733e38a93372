#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes the prompts and the caller of the demo again: their text and voice are
# below. Needs espeak-ng (1.51 was used) and sox (14.4.2).
#
#   sh make.sh [directory]		the directory of this script if none
set -eu
dir=${1:-$(dirname "$0")}
tmp=$(mktemp)
trap 'rm -f "$tmp"' EXIT

# say NAME VOICE WORDS-PER-MINUTE TEXT
# espeak-ng writes 22.05 kHz. sox takes off the silence around the speech,
# resamples to 16 kHz mono 16 bit (-D: no dither, so that every run writes the
# same samples), brings the peak to -3 dB and leaves 20 ms before, 60 ms after.
say() {
	espeak-ng -v "$2" -s "$3" -w "$tmp" "$4"
	sox -D -t wav "$tmp" -b 16 -c 1 "$dir/$1.wav" \
		silence 1 0.005 0.5% fade 0.005 reverse \
		silence 1 0.005 0.5% fade 0.005 reverse \
		rate -h 16000 norm -3 pad 0.02 0.06
	echo "$1.wav $(soxi -D "$dir/$1.wav") s: $4"
}

say welcome en-us+f3 180 'Welcome to the parcel line.'
say menu en-us+f3 190 'Press one for parcels, two for messages.'
say please-record en-us+f3 190 'Please speak after the tone.'
say thanks en-us+f3 180 'Thank you.'
say parcel en-us+f3 190 'Your parcel is on its way.'
say hold en-us+f3 180 'Please hold the line.'
say goodbye en-us+f3 185 'Have a nice day. Goodbye.'
# Two sentences with a pause between them, as a caller would answer.
say caller en-gb+m3 180 'This is Robin Miller. ... I am home on Friday.'
