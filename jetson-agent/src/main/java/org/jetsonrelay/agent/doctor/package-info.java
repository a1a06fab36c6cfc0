// SPDX-License-Identifier: MIT
/** What this device is and has, for {@code agent doctor}. */
@NullMarked
package org.jetsonrelay.agent.doctor;

import org.jspecify.annotations.NullMarked;
