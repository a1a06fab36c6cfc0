// SPDX-License-Identifier: MIT
/** Decisions without threads, sockets or clocks: values and the time go in, values come out. */
@NullMarked
package org.jetsonrelay.agent.policy;

import org.jspecify.annotations.NullMarked;
