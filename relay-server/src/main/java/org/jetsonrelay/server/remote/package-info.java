// SPDX-License-Identifier: MIT
/// Cameras whose publisher is connected to another relay, as the hub of this one sees them.
@NullMarked
package org.jetsonrelay.server.remote;

import org.jspecify.annotations.NullMarked;
