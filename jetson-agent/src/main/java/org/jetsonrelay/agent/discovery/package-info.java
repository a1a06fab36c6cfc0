// SPDX-License-Identifier: MIT
/** Finding relays that announce themselves on the local network. */
@NullMarked
package org.jetsonrelay.agent.discovery;

import org.jspecify.annotations.NullMarked;
