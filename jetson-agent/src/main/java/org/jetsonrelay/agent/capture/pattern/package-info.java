// SPDX-License-Identifier: MIT
/** The synthetic camera: a moving picture that says what it is and can be read by machines. */
@NullMarked
package org.jetsonrelay.agent.capture.pattern;

import org.jspecify.annotations.NullMarked;
