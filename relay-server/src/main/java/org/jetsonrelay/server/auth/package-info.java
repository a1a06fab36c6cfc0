// SPDX-License-Identifier: MIT
/// Decides who may publish and who may view: one place for every way in.
@NullMarked
package org.jetsonrelay.server.auth;

import org.jspecify.annotations.NullMarked;
