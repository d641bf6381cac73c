#!/usr/bin/env python
"""Taizhang's command line in a checkout."""

from inventory.__main__ import main

if __name__ == "__main__":
    main()
