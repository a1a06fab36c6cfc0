// SPDX-License-Identifier: MIT
/** What the agent was told: by its command line, its environment and its file. */
@NullMarked
package org.jetsonrelay.agent.settings;

import org.jspecify.annotations.NullMarked;
