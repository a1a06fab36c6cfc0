// SPDX-License-Identifier: MIT
/// How old frames are behind links of our own making: two network name spaces, joined by an
/// emulated link, with a real relay and kernel TCP between camera and viewer:
/// `scripts/bench-age.sh`.
@NullMarked
package org.jetsonrelay.server.age;

import org.jspecify.annotations.NullMarked;
