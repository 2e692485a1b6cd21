using Godwit.Engine.Notices;
using Godwit.Engine.Steps;
using Godwit.Model.Runbooks;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Notices;
using Npgsql;

namespace Godwit.Cli.Notices;

/// <summary>
/// Sends a run's notices beside its runner, over sessions of its own. What it meets never fails the run, and never holds it up but where a notice is required: who is told is of less
/// weight than what it is about, and <c>status</c> says what was not sent.
/// </summary>
internal sealed class NoticePost : IRequiredNotices, IAsyncDisposable
{
    private const int Together = 8;

    /// <summary>How often one is tried before a command that ends leaves it to the next.</summary>
    private const int Enough = 3;

    private static readonly TimeSpan s_first = TimeSpan.FromSeconds(1), s_longest = TimeSpan.FromMinutes(5), s_look = TimeSpan.FromSeconds(5);

    /// <summary>Between claiming and sending. Who was stopped for longer gives back what it claimed: another may have it by the end of the claim.</summary>
    private static readonly TimeSpan s_slack = TimeSpan.FromSeconds(5);

    private readonly Guid _run;
    private readonly Guid _sender;
    private readonly PostgresSource _source;
    private readonly NoticeSender _letters;
    private readonly IReadOnlyList<NoticeSettings> _settings;
    private readonly TimeProvider _time;
    private readonly Random _jitter;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly Task _work;

    /// <param name="target">Where the run is.</param>
    /// <param name="run">Which.</param>
    /// <param name="plan">Its plan.</param>
    /// <param name="sender">The runner's epoch, or a new token for a sender that is no runner.</param>
    /// <param name="environment">Where URLs and passwords come from.</param>
    /// <param name="time">For limits and waits.</param>
    /// <param name="jitter">For waits.</param>
    public NoticePost(PostgresTarget target, Guid run, RunbookPlan plan, Guid sender, IRunEnvironment environment, TimeProvider time, Random jitter)
    {
        (_run, _sender, _time, _jitter) = (run, sender, time, jitter);
        _settings = NoticeSettings.All(plan);
        _letters = new NoticeSender(plan, environment, time);
        _source = target.OpenSource(new SessionSettings { RunId = "notices", Role = "send" });
        _work = WorkAsync();
    }

    /// <summary>Something may be to be sent. Callable from any thread.</summary>
    public void Wake()
    {
        try
        {
            _wake.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is awake already.
        }
    }

    public async Task<string?> SettleAsync(CancellationToken cancellation)
    {
        var longest = _settings.Where(n => n.Required).Select(n => n.Timeout).DefaultIfEmpty(TimeSpan.Zero).Max();
        var began = _time.GetTimestamp();
        try
        {
            await using (var connection = await _source.OpenAsync(cancellation)) await NoticeRows.ReviveAsync(connection, _run, requiredOnly: true, cancellation);
            while (true)
            {
                Wake();
                var open = (await ReadAsync(cancellation)).Where(r => r is { Required: true, State: not NoticeState.Sent }).ToList();
                if (open.Count == 0) return null;
                if (_time.GetElapsedTime(began) > longest) return $"the notice {open[0].Notice} ({open[0].Event}) is required, and was not sent: {open[0].Problem ?? "no answer"}";
                await Task.Delay(TimeSpan.FromMilliseconds(100), _time, cancellation);
            }
        }
        catch (Exception e) when (IsTargets(e))
        {
            return $"a notice is required, and whether it was sent cannot be told: {e.Message}";
        }
    }

    /// <summary>Sends what is left, as long as it may take, and says what was not sent.</summary>
    public async Task<IReadOnlyList<NoticeRow>> FinishAsync(TimeSpan limit)
    {
        var began = _time.GetTimestamp();
        using var late = new CancellationTokenSource(limit, _time);
        try
        {
            while (true)
            {
                Wake();
                var left = (await ReadAsync(late.Token)).Where(r => r.State != NoticeState.Sent).ToList();
                if (!left.Exists(r => r is { State: NoticeState.Waiting, Attempts: < Enough }) || _time.GetElapsedTime(began) > limit) return left;
                await Task.Delay(TimeSpan.FromMilliseconds(50), _time, late.Token);
            }
        }
        catch (Exception e) when (IsTargets(e) || e is OperationCanceledException)
        {
            // A target that does not answer is the runner's to report.
            return [];
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _work;
        await _source.DisposeAsync();
        _stop.Dispose();
        _wake.Dispose();
    }

    private async Task<IReadOnlyList<NoticeRow>> ReadAsync(CancellationToken cancellation)
    {
        await using var connection = await _source.OpenAsync(cancellation);
        return await NoticeRows.ReadAsync(connection, _run, cancellation);
    }

    private async Task WorkAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var wait = s_look;
            try
            {
                if (await SendDueAsync(_stop.Token)) continue;
                await using var connection = await _source.OpenAsync(_stop.Token);
                if (await NoticeRows.NextAsync(connection, _run, _stop.Token) is { } next && next < wait) wait = next + TimeSpan.FromMilliseconds(10);
            }
            catch (Exception e) when (IsTargets(e) || e is OperationCanceledException)
            {
                // Looked at again in a moment; what was claimed is free again when the claim is over.
            }
            try
            {
                await _wake.WaitAsync(wait, _stop.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>False when nothing was due.</summary>
    private async Task<bool> SendDueAsync(CancellationToken cancellation)
    {
        var claimed = _time.GetTimestamp();
        IReadOnlyList<NoticeParcel> parcels;
        await using (var connection = await _source.OpenAsync(cancellation))
        {
            if (!await NoticeRows.ExistAsync(connection, cancellation)) return false;
            parcels = await NoticeRows.ClaimAsync(connection, _run, _sender, _letters.Longest + s_slack + s_slack, Together, cancellation);
        }
        // Each is marked as soon as it is sent: one that hangs leaves the others sent.
        await Task.WhenAll(parcels.Select(p => SendAsync(p, claimed, cancellation)));
        return parcels.Count > 0;
    }

    private async Task SendAsync(NoticeParcel parcel, long claimed, CancellationToken cancellation)
    {
        var late = _time.GetElapsedTime(claimed) > s_slack;
        var answer = late ? null : await _letters.SendAsync(parcel, cancellation);
        await using var connection = await _source.OpenAsync(CancellationToken.None);
        if (answer is null) await NoticeRows.ReleaseAsync(connection, parcel, _sender, CancellationToken.None);
        else if (answer.Problem is { } problem) await NoticeRows.MarkFailedAsync(connection, parcel, _sender, problem, Wait(parcel.Attempt, answer.After), CancellationToken.None);
        else await NoticeRows.MarkSentAsync(connection, parcel, _sender, CancellationToken.None);
    }

    private TimeSpan Wait(int attempt, TimeSpan? asked)
    {
        var most = Math.Min(s_longest.TotalMilliseconds, s_first.TotalMilliseconds * Math.Pow(2, Math.Min(attempt - 1, 20)));
        var own = TimeSpan.FromMilliseconds(most * (0.5 + (_jitter.NextDouble() / 2)));
        return asked is { } longer && longer > own ? longer < s_longest ? longer : s_longest : own;
    }

    private static bool IsTargets(Exception e) => e is NpgsqlException or IOException or TimeoutException or InvalidOperationException or System.Net.Sockets.SocketException;
}
