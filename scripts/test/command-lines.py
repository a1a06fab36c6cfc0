#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Watches all command lines until the file ENOUGH is there, or its folder gone, and writes which of two words came by:
"token", the content of TOKEN-FILE, and "seen-by-the-watch". usage: command-lines.py TOKEN-FILE SEEN ENOUGH"""
import glob
import os
import sys
import time

token_file, seen_file, enough = sys.argv[1:]
words = {b"seen-by-the-watch": "seen-by-the-watch", open(token_file, "rb").read().strip(): "token"}
with open(seen_file, "w", buffering=1) as seen:
    while not os.path.exists(enough) and os.path.exists(token_file):
        for path in glob.glob("/proc/[0-9]*/cmdline"):
            try:
                with open(path, "rb") as line:
                    text = line.read()
            except OSError:
                continue
            for word, name in words.items():
                if word in text:
                    seen.write(name + "\n")
        time.sleep(0.01)
