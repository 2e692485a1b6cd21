using Godwit.Engine.Requests;
using Godwit.Engine.Steps;

namespace Godwit.Engine.Load;

/// <summary>
/// Begins scenarios by a schedule, whatever becomes of those before: an open loop. A request's latency counts from when it was due, so that a service that
/// stands still for a second is seen by all who would have come in that second, and not only by those who were waiting.
/// </summary>
public sealed class LoadGenerator
{
    /// <summary>Timers of the platform are not finer.</summary>
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(1), s_longestWait = TimeSpan.FromMilliseconds(100), s_tell = TimeSpan.FromSeconds(1);

    private readonly RequestFile _file;
    private readonly LoadSettings _settings;
    private readonly TimeProvider _time;
    private readonly LoadTally _tally;
    private readonly ScenarioTurns _turns;

    public LoadGenerator(RequestFile file, LoadSettings settings, TimeProvider time)
    {
        (_file, _settings, _time) = (file, settings, time);
        _tally = new LoadTally(file);
        _turns = new ScenarioTurns(file.Scenarios);
    }

    /// <param name="origin">The service's URL.</param>
    /// <param name="environment">Where variables come from.</param>
    /// <param name="tell">Told every second what was seen so far.</param>
    /// <param name="stop">Polled: once it says so, nothing more is begun and what is under way is given up.</param>
    /// <param name="cancellation">The same.</param>
    /// <returns>The figures, also of a test that was stopped; or the variable that is not set.</returns>
    public async Task<(LoadFigures? Figures, string? Missing)> RunAsync(Uri origin, IRunEnvironment environment, Action<LoadFigures> tell, Func<bool> stop, CancellationToken cancellation)
    {
        var (values, missing) = RequestVariables.Resolve(_file, environment);
        if (missing is not null) return (null, missing);
        using var client = new RequestClient(_settings.MaxInFlight, _time);
        using var giveUp = new CancellationTokenSource();
        var runner = new ScenarioRunner(client, origin, values, _time);
        var began = _time.GetTimestamp();
        var generating = await GenerateAsync(runner, began, tell, stop, giveUp.Token, cancellation);
        var stopped = generating < _settings.Profile.Duration;
        if (stopped) await giveUp.CancelAsync();
        while (_tally.InFlight > 0)
        {
            if (!stopped && (cancellation.IsCancellationRequested || stop()))
            {
                stopped = true;
                await giveUp.CancelAsync();
            }
            await Task.Delay(s_tick * 5, _time, CancellationToken.None);
        }
        return (_tally.Read(_time.GetElapsedTime(began), generating, _settings.Profile.Rate), null);
    }

    /// <summary>
    /// On a thread of its own: a timer of the thread pool comes a millisecond or two late on a quiet machine, and later where the pool is busy with the load itself.
    /// </summary>
    /// <returns>How long scenarios were begun: the whole duration, unless it was stopped.</returns>
    private Task<TimeSpan> GenerateAsync(ScenarioRunner runner, long began, Action<LoadFigures> tell, Func<bool> stop, CancellationToken giveUp, CancellationToken cancellation) =>
        Task.Factory.StartNew(() => Generate(runner, began, tell, stop, giveUp, cancellation), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private TimeSpan Generate(ScenarioRunner runner, long began, Action<LoadFigures> tell, Func<bool> stop, CancellationToken giveUp, CancellationToken cancellation)
    {
        var profile = _settings.Profile;
        var (total, next, told) = (profile.Total, 0L, TimeSpan.Zero);
        while (true)
        {
            var elapsed = _time.GetElapsedTime(began);
            if (cancellation.IsCancellationRequested || stop()) return elapsed < profile.Duration ? elapsed : profile.Duration - TimeSpan.FromTicks(1);
            for (; next < total && profile.At(next) is var due && due <= elapsed; next++) Begin(runner, began, due, elapsed - due, giveUp);
            if (elapsed >= profile.Duration) return profile.Duration;
            if (elapsed - told >= s_tell)
            {
                told = elapsed;
                tell(_tally.Read(elapsed, elapsed, profile.Rate));
            }
            var wait = (next < total ? profile.At(next) : profile.Duration) - _time.GetElapsedTime(began);
            // Waits are whole milliseconds, and a wait of none returns at once.
            if (wait > TimeSpan.Zero) cancellation.WaitHandle.WaitOne(wait < s_tick ? s_tick : wait < s_longestWait ? wait : s_longestWait);
        }
    }

    private void Begin(ScenarioRunner runner, long began, TimeSpan due, TimeSpan late, CancellationToken giveUp)
    {
        var scenario = _turns.Next();
        if (_tally.InFlight >= _settings.MaxInFlight)
        {
            _tally.Drop();
            return;
        }
        _tally.Begin(late);
        var since = began + (long)(due.TotalSeconds * _time.TimestampFrequency);
        _ = Task.Run(() => CarryAsync(runner, scenario, since, giveUp), CancellationToken.None);
    }

    private async Task CarryAsync(ScenarioRunner runner, Scenario scenario, long since, CancellationToken giveUp)
    {
        try
        {
            await runner.RunAsync(scenario, since, _tally.Count, giveUp);
        }
        finally
        {
            _tally.End();
        }
    }
}
