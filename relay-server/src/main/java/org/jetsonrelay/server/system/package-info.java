// SPDX-License-Identifier: MIT
/// Calls into the operating system that Java has no method for.
@NullMarked
package org.jetsonrelay.server.system;

import org.jspecify.annotations.NullMarked;
