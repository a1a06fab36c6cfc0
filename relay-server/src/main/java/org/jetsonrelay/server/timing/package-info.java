// SPDX-License-Identifier: MIT
/// Time: how it is written on the wire, how far a peer's clock is from ours, and how long frames
/// take from hop to hop. Pure; time is passed in.
@NullMarked
package org.jetsonrelay.server.timing;

import org.jspecify.annotations.NullMarked;
