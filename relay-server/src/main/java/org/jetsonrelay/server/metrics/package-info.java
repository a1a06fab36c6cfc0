// SPDX-License-Identifier: MIT
/// What the relay counts: adders written on the frame path, rates computed when somebody asks.
@NullMarked
package org.jetsonrelay.server.metrics;

import org.jspecify.annotations.NullMarked;
