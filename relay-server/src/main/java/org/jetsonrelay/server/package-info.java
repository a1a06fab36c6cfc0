// SPDX-License-Identifier: MIT
/// The relay: starts the web server and wires the packages together.
@NullMarked
package org.jetsonrelay.server;

import org.jspecify.annotations.NullMarked;
