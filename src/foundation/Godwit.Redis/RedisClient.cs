using Godwit.Redis.Commands;
using Godwit.Redis.Connections;
using Godwit.Redis.Faults;
using Godwit.Redis.Protocol;
using Godwit.Redis.Settings;

namespace Godwit.Redis;

/// <summary>
/// A client of one Redis server, for the whole process: one connection that all callers share, made at the first command and made again whenever it is lost. Nothing here is the only copy of anything; every command can
/// fail, soon, and says whether it may have been carried out.
/// <list type="bullet">
/// <item>While a connection is being made, commands wait for it, as long as their time allows; while the next try is waited for, they fail at once.</item>
/// <item>A command in flight when the connection is lost fails with <see cref="RedisUnknownOutcomeException"/>, unless it is <see cref="RedisCommand.Repeatable"/>: then it is sent once more.</item>
/// </list>
/// </summary>
public sealed class RedisClient : IAsyncDisposable
{
    private readonly RedisSettings _settings;
    private readonly TimeProvider _time;
    private readonly RedisConnector _connector;
    private readonly HeldCommands _held;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private volatile RedisConnection? _connection;
    private TaskCompletionSource _attempt = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private RedisConnectException? _lastFault;
    private Task? _connecting;
    private bool _pausing;

    /// <param name="settings">Where and how.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="ArgumentOutOfRangeException">A time of the settings is zero, infinite, or longer than a day.</exception>
    public RedisClient(RedisSettings settings, TimeProvider? time = null)
    {
        RedisMeter.Register();
        settings.Check();
        (_settings, _time) = (settings, time ?? TimeProvider.System);
        _connector = new RedisConnector(settings, _time);
        _held = new HeldCommands(settings.Limits, TimeSpan.FromTicks(Math.Max(TimeSpan.TicksPerMillisecond, settings.CommandTimeout.Ticks / 4)), _time);
    }

    public RedisSettings Settings => _settings;

    public bool IsConnected => _connection is { Closed.IsCompleted: false };

    /// <summary>Waits for a connection, or for the try that is under way to fail.</summary>
    /// <exception cref="RedisConnectException">The try failed; the client goes on trying.</exception>
    /// <exception cref="ObjectDisposedException">The client was closed, before or meanwhile.</exception>
    public async Task ConnectAsync(CancellationToken cancellationToken = default)
    {
        Task attempt;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopping.IsCancellationRequested, this);
            Begin();
            if (_pausing && _lastFault is { } fault)
                throw new RedisConnectException(fault.Message, fault);
            attempt = _attempt.Task;
        }
        await attempt.WaitAsync(cancellationToken);
    }

    /// <summary>Sends a command; the answer comes by the command's timeout, or a <see cref="RedisException"/> does.</summary>
    /// <param name="command">What to ask.</param>
    /// <param name="cancellationToken">Ends the waiting; the command may still be carried out, unless the token was cancelled before the call.</param>
    /// <exception cref="RedisException">One of its kinds.</exception>
    /// <exception cref="ObjectDisposedException">The client was closed.</exception>
    public Task<RespValue> SendAsync(RedisCommand command, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_stopping.IsCancellationRequested, this);
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled<RespValue>(cancellationToken);
        var pending = new PendingCommand(command, _time.After(command.Timeout ?? _settings.CommandTimeout)).CanceledBy(cancellationToken);
        if (!(_connection?.TrySend(pending) ?? false))
            Hold(pending);
        return pending.Task;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        Task? connecting;
        lock (_gate)
            connecting = _connecting;
        if (connecting is not null)
            await connecting;
        lock (_gate)
        {
            // Who waits for a connection waits for one that nobody makes any more.
            _attempt.TrySetException(new ObjectDisposedException(nameof(RedisClient)));
            _ = _attempt.Task.Exception;
        }
        FailHeld("the client was closed");
        _held.Dispose();
    }

    private void Hold(PendingCommand pending)
    {
        string? reason = null;
        RedisConnectException? fault = null;
        lock (_gate)
        {
            Begin();
            // The connection may have been made meanwhile; under this lock none is made or lost.
            if (_connection?.TrySend(pending) ?? false)
                return;
            if (_pausing || _stopping.IsCancellationRequested)
                (reason, fault) = (_stopping.IsCancellationRequested ? "the client was closed" : "there is no connection, and the next try is still to come", _lastFault);
            else if (!_held.TryHold(pending))
                reason = "as many commands wait for a connection as may";
        }
        if (reason is not null)
            pending.Fail(reason, fault);
    }

    private void Begin() => _connecting ??= Task.Run(KeepConnectedAsync);

    private async Task KeepConnectedAsync()
    {
        var failures = new FailureCount(_time);
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var connection = await _connector.ConnectAsync(pushed: null, _stopping.Token);
                failures.Connected();
                Made(connection);
                await ServeAsync(connection);
                failures.Ended(connection);
            }
            catch (RedisConnectException fault)
            {
                failures.Failed();
                NotMade(fault);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            if (failures.Count > 0)
                await PauseAsync(_settings.Backoff.Before(failures.Count));
        }
    }

    private async Task ServeAsync(RedisConnection connection)
    {
        await using (_stopping.Token.UnsafeRegister(static c => ((RedisConnection)c!).Close("the client was closed"), connection))
        {
            var ending = await connection.Closed;
            var now = _time.GetTimestamp();
            lock (_gate)
            {
                _connection = null;
                _attempt = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }
            foreach (var pending in ending.Left)
            {
                if (pending.MayBeSentAgain(now) && !_stopping.IsCancellationRequested)
                {
                    pending.SentAgain |= pending.Sent;
                    Hold(pending);
                }
                else
                {
                    pending.Fail(ending.Reason, ending.Fault);
                }
            }
        }
        await connection.DisposeAsync();
    }

    private void Made(RedisConnection connection)
    {
        lock (_gate)
        {
            _connection = connection;
            _lastFault = null;
            _attempt.TrySetResult();
            foreach (var pending in _held.TakeAll())
            {
                if (!pending.IsCompleted && !connection.TrySend(pending))
                    pending.Fail("the connection was lost at once");
            }
        }
    }

    private void NotMade(RedisConnectException fault)
    {
        lock (_gate)
        {
            _lastFault = fault;
            _pausing = true;
            // Who waits for the try is told; nobody may wait.
            _attempt.TrySetException(fault);
            _ = _attempt.Task.Exception;
        }
        FailHeld("there is no connection", fault);
    }

    private async Task PauseAsync(TimeSpan pause)
    {
        lock (_gate)
            _pausing = true;
        FailHeld("there is no connection, and the next try is still to come", _lastFault);
        try
        {
            await Task.Delay(pause, _time, _stopping.Token);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            return;
        }
        finally
        {
            lock (_gate)
            {
                _pausing = false;
                if (_attempt.Task.IsCompleted)
                    _attempt = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }

    private void FailHeld(string reason, Exception? fault = null)
    {
        foreach (var pending in _held.TakeAll())
            pending.Fail(reason, fault);
    }
}
