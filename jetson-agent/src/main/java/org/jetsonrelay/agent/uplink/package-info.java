// SPDX-License-Identifier: MIT
/** One camera's connection to the relay: registration, demand, sending, keep-alive, coming back. */
@NullMarked
package org.jetsonrelay.agent.uplink;

import org.jspecify.annotations.NullMarked;
