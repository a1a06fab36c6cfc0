// SPDX-License-Identifier: MIT
/// An open-loop load test for relays of this protocol: not part of the relay, not shipped with it.
@NullMarked
package org.jetsonrelay.bench;

import org.jspecify.annotations.NullMarked;
