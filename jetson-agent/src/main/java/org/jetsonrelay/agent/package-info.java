// SPDX-License-Identifier: MIT
/** The agent: takes pictures from a source and pushes them to a relay. */
@NullMarked
package org.jetsonrelay.agent;

import org.jspecify.annotations.NullMarked;
