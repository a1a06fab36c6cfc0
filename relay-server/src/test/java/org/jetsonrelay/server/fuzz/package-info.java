// SPDX-License-Identifier: MIT
/// Feeds parsers with damaged input: what all fuzz tests share.
@NullMarked
package org.jetsonrelay.server.fuzz;

import org.jspecify.annotations.NullMarked;
