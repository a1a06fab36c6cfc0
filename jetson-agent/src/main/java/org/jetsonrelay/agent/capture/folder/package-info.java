// SPDX-License-Identifier: MIT
/** Replays a folder of JPEG files. */
@NullMarked
package org.jetsonrelay.agent.capture.folder;

import org.jspecify.annotations.NullMarked;
