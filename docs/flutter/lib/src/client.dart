// SPDX-License-Identifier: MIT
import 'dart:async';
import 'dart:convert';
import 'dart:math';
import 'dart:typed_data';

import 'package:flutter/foundation.dart';
import 'package:flutter/widgets.dart';
import 'package:web_socket_channel/web_socket_channel.dart';

import 'backoff.dart';
import 'frame.dart';

/// How a client stands with its relay.
enum RelayState {
  /// Not started, stopped, or the app is in the background.
  stopped,

  /// The first connection is being made.
  connecting,

  /// Registered, and frames arrive or none are wanted.
  live,

  /// Connected, but no wanted frame has come for a while.
  stale,

  /// The connection was lost; another attempt follows by itself.
  reconnecting,

  /// The relay refused the token: only [JetsonRelayClient.authorize] helps.
  denied,
}

/// A connection to a relay that stays: watches [cameras] (null: all) and gives their frames.
///
/// Goes by the app's life cycle: in the background it disconnects, so that the robot does not stream
/// for nobody, and when the app returns it connects at once.
class JetsonRelayClient with WidgetsBindingObserver {
  JetsonRelayClient(
    this.url, {
    String token = '',
    Set<String>? cameras,
    double? maxFps,
    this.staleAfter = const Duration(seconds: 2),
    this.onStale,
    WebSocketChannel Function(Uri url)? connect,
    Random? random,
    Duration Function()? clock,
  })  : _token = token,
        _cameras = cameras,
        _maxFps = maxFps,
        _connect = connect ?? WebSocketChannel.connect,
        _random = random ?? Random(),
        _clock = clock ?? _monotonic;

  final Uri url;

  /// After how long without a frame the picture counts as stale.
  final Duration staleAfter;

  /// Told when frames stop coming (true), and again when they come (false).
  final void Function(bool stale)? onStale;

  final WebSocketChannel Function(Uri url) _connect;
  final Random _random;
  final Duration Function() _clock;

  static final Stopwatch _stopwatch = Stopwatch()..start();
  static Duration _monotonic() => _stopwatch.elapsed;

  static const Duration _connectLimit = Duration(seconds: 8);
  static const Duration _silenceLimit = Duration(seconds: 12);
  static const Duration _settled = Duration(seconds: 5);
  static const Duration _tick = Duration(milliseconds: 250);

  final StreamController<Frame> _frames = StreamController<Frame>.broadcast(sync: true);
  final ValueNotifier<RelayState> _state = ValueNotifier<RelayState>(RelayState.stopped);
  final ValueNotifier<List<CameraInfo>> _list = ValueNotifier<List<CameraInfo>>(const <CameraInfo>[]);

  String _token;
  Set<String>? _cameras;
  double? _maxFps;
  bool _started = false;
  bool _background = false;
  bool _registered = false;
  int _attempt = 0;
  int _connection = 0;
  Duration _openedAt = Duration.zero;
  Duration _heardAt = Duration.zero;
  Duration _askedAt = Duration.zero;
  Duration _framesAt = Duration.zero;
  WebSocketChannel? _channel;
  StreamSubscription<Object?>? _subscription;
  Timer? _retry;
  Timer? _ticking;
  Map<String, Object?>? _announced;

  /// Frames as they come. A listener that is slower than the camera should keep the newest only, as
  /// [JetsonVideoView] does.
  Stream<Frame> get frames => _frames.stream;

  ValueListenable<RelayState> get state => _state;

  ValueListenable<List<CameraInfo>> get cameraList => _list;

  /// Connects, and stays connected until [stop].
  void start() {
    if (_started) {
      return;
    }
    _started = true;
    WidgetsBinding.instance.addObserver(this);
    _background = !_visible(WidgetsBinding.instance.lifecycleState);
    _resume();
  }

  void stop() {
    if (!_started) {
      return;
    }
    _started = false;
    WidgetsBinding.instance.removeObserver(this);
    _pause();
  }

  /// Stops for good.
  void dispose() {
    stop();
    unawaited(_frames.close());
    _state.dispose();
    _list.dispose();
  }

  /// Changes what is watched; null for all cameras, an empty set for none.
  void watch(Set<String>? cameras, {double? maxFps}) {
    _cameras = cameras;
    _maxFps = maxFps;
    _request();
  }

  /// Connects again with another token.
  void authorize(String token) {
    _token = token;
    if (_started && !_background) {
      _pause();
      _resume();
    }
  }

  @override
  void didChangeAppLifecycleState(AppLifecycleState state) {
    final bool background = !_visible(state);
    if (background == _background) {
      return;
    }
    _background = background;
    if (background) {
      _pause();
    } else if (_started) {
      _resume();
    }
  }

  // Inactive is an app behind a dialog or in split screen: still to be seen.
  static bool _visible(AppLifecycleState? state) =>
      state == null || state == AppLifecycleState.resumed || state == AppLifecycleState.inactive;

  void _resume() {
    if (_background) {
      return;
    }
    _attempt = 0;
    _ticking = Timer.periodic(_tick, (_) => _check());
    _become(RelayState.connecting);
    _open();
  }

  void _pause() {
    _ticking?.cancel();
    _retry?.cancel();
    _drop();
    _become(RelayState.stopped);
  }

  void _open() {
    _drop();
    final int mine = _connection;
    _openedAt = _heardAt = _clock();
    final WebSocketChannel channel;
    try {
      channel = _connect(url);
    } on Object {
      _lost();
      return;
    }
    _channel = channel;
    _subscription = channel.stream.listen(
      (Object? message) {
        if (mine == _connection) {
          _receive(message);
        }
      },
      onError: (Object _) {
        if (mine == _connection) {
          _closed(channel.closeCode);
        }
      },
      onDone: () {
        if (mine == _connection) {
          _closed(channel.closeCode);
        }
      },
      cancelOnError: true,
    );
    // A failed handshake is reported by the stream as well; without this it would be unhandled.
    channel.ready.ignore();
  }

  void _receive(Object? message) {
    _heardAt = _clock();
    if (message is String) {
      final Object? json;
      try {
        json = jsonDecode(message);
      } on FormatException {
        return;
      }
      if (json is Map<String, Object?>) {
        _handle(json);
      }
    } else if (message is List<int>) {
      final Map<String, Object?>? announced = _announced;
      _announced = null;
      if (announced != null) {
        _framesAt = _heardAt;
        _become(RelayState.live);
        final Uint8List jpeg = message is Uint8List ? message : Uint8List.fromList(message);
        _frames.add(Frame.of(announced, jpeg, _heardAt));
      }
    }
  }

  void _handle(Map<String, Object?> message) {
    switch (message['type']) {
      case 'welcome':
        _send(<String, Object?>{
          'type': 'client_type',
          'clientType': 'flutter',
          'features': <String>['camera_events', 'frame_details'],
          if (_token.isNotEmpty) 'token': _token,
        });
      case 'registration_success':
        _registered = true;
        _become(RelayState.live);
        _request();
      case 'image_frame':
        _announced = message;
      case 'camera_list':
        final Object? rows = message['cameras'];
        if (rows is List<Object?>) {
          _list.value = rows.whereType<Map<String, Object?>>().map(CameraInfo.of).toList(growable: false);
        }
      default:
        break; // a newer relay may say more
    }
  }

  void _request() {
    if (!_registered) {
      return;
    }
    _framesAt = _clock();
    final Set<String>? cameras = _cameras;
    if (cameras != null && cameras.isEmpty) {
      _send(<String, Object?>{'type': 'stop_stream'});
      _become(RelayState.live);
      return;
    }
    _send(<String, Object?>{
      'type': 'request_stream',
      if (cameras != null) 'cameras': cameras.toList(),
      if (_maxFps != null) 'maxFps': _maxFps,
    });
  }

  void _check() {
    final Duration now = _clock();
    if (_channel == null) {
      return;
    }
    if (!_registered) {
      if (now - _openedAt >= _connectLimit) {
        _lost();
      }
      return;
    }
    if (now - _heardAt >= _silenceLimit) {
      _lost();
      return;
    }
    // A Wi-Fi that went away says nothing: whoever hears nothing asks.
    if (now - _heardAt >= _silenceLimit ~/ 2 && now - _askedAt >= _silenceLimit ~/ 4) {
      _askedAt = now;
      _send(<String, Object?>{'type': 'ping'});
    }
    if (now - _openedAt >= _settled) {
      _attempt = 0;
    }
    final Set<String>? cameras = _cameras;
    if ((cameras == null || cameras.isNotEmpty) && now - _framesAt >= staleAfter) {
      _become(RelayState.stale);
    }
  }

  void _closed(int? code) {
    if (code == 4401 || code == 4403) {
      _drop();
      _become(RelayState.denied);
    } else {
      _lost();
    }
  }

  void _lost() {
    _drop();
    _become(RelayState.reconnecting);
    _retry = Timer(backoffDelay(_attempt++, _random.nextDouble()), _open);
  }

  void _drop() {
    _connection++;
    _registered = false;
    _announced = null;
    _retry?.cancel();
    unawaited(_subscription?.cancel());
    _subscription = null;
    final WebSocketChannel? channel = _channel;
    _channel = null;
    if (channel != null) {
      channel.sink.close(1000).ignore();
    }
  }

  void _send(Map<String, Object?> message) => _channel?.sink.add(jsonEncode(message));

  void _become(RelayState next) {
    final RelayState before = _state.value;
    if (next == before) {
      return;
    }
    _state.value = next;
    if (next == RelayState.stale || before == RelayState.stale) {
      onStale?.call(next == RelayState.stale);
    }
  }
}
