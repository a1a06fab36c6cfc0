// SPDX-License-Identifier: MIT
/// Live camera pictures from a Jetson Relay.
library jetson_relay;

export 'src/backoff.dart' show backoffDelay;
export 'src/client.dart' show JetsonRelayClient, RelayState;
export 'src/frame.dart' show CameraInfo, Frame;
export 'src/video_view.dart' show JetsonVideoView;
