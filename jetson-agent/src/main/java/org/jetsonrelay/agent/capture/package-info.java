// SPDX-License-Identifier: MIT
/** Where frames come from: the contract every source keeps, and what all of them share. */
@NullMarked
package org.jetsonrelay.agent.capture;

import org.jspecify.annotations.NullMarked;
