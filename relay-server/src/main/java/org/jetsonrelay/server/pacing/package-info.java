// SPDX-License-Identifier: MIT
/// Decides when the next frame may go to a peer, from what the peer has acknowledged: pure, time is
/// passed in.
@NullMarked
package org.jetsonrelay.server.pacing;

import org.jspecify.annotations.NullMarked;
