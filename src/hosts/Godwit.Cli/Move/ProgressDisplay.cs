using Godwit.Engine.Moves;
using Spectre.Console;

namespace Godwit.Cli.Move;

/// <summary>
/// Shows a move while it runs. A terminal gets one line that is rewritten five times a second; a pipe gets a line when a phase begins and one every ten
/// seconds; <c>--json</c> gets nothing.
/// </summary>
internal sealed class ProgressDisplay : IAsyncDisposable
{
    private static readonly TimeSpan LiveInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(10);

    private readonly MoveProgress _progress;
    private readonly TextWriter _output;
    private readonly bool _live;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _painting;
    private readonly Lock _gate = new();
    private bool _lineIsOpen;
    private bool _isStopped;

    public ProgressDisplay(TextWriter output, bool silent, bool live, TimeProvider time)
    {
        _output = output;
        _live = live;
        _time = time;
        _progress = new MoveProgress(time) { PhaseBegan = silent ? null : Announce };
        _painting = silent ? Task.CompletedTask : PaintAsync();
    }

    public MoveProgress Progress => _progress;

    private void Announce(MovePhase phase)
    {
        lock (_gate)
        {
            Wipe();
            if (!_live) _output.WriteLine($"{phase.ToString().ToLowerInvariant()} ...");
        }
    }

    private async Task PaintAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(_live ? LiveInterval : LineInterval, _time, _stop.Token);
                lock (_gate)
                {
                    if (_live) Wipe();
                    _output.Write(_live ? Fit(Line(_progress.Sample())) : Line(_progress.Sample()) + Environment.NewLine);
                    _output.Flush();
                    _lineIsOpen = _live;
                }
            }
        }
        catch (OperationCanceledException)
        {
            lock (_gate) Wipe();
        }
    }

    internal static string Line(ProgressSample sample)
    {
        var unit = sample.Phase is MovePhase.Prepare or MovePhase.Index or MovePhase.Check ? "steps" : "rows";
        var parts = new List<string> { $"{sample.Phase.ToString().ToLowerInvariant(),-8}" };
        // Opening and planning count nothing.
        if (sample is { Total: 0, Done: 0 }) return $"{parts[0].TrimEnd()} ...";
        if (sample.Total > 0) parts.Add($"{Math.Min(100.0, 100.0 * sample.Done / sample.Total),5:0.0} %");
        parts.Add(sample.Total > 0 ? $"{sample.Done:N0} of {sample.Total:N0} {unit}" : $"{sample.Done:N0} {unit}");
        if (unit == "rows" && sample.Elapsed.TotalSeconds > 0.5) parts.Add($"{sample.PerSecond:N0} rows/s");
        if (sample.Bytes > 0 && sample.Elapsed.TotalSeconds > 0.5) parts.Add($"{sample.MegabytesPerSecond:N1} MB/s");
        if (sample.Left is { } left && sample.Elapsed.TotalSeconds > 1) parts.Add($"{(int)left.TotalMinutes}:{left.Seconds:00} left");
        if (sample.Item.Length > 0) parts.Add(sample.Item);
        return string.Join("  ", parts);
    }

    private static string Fit(string line)
    {
        var width = Math.Max(20, AnsiConsole.Profile.Width - 1);
        return line.Length > width ? line[..width] : line;
    }

    private void Wipe()
    {
        if (!_lineIsOpen) return;
        _output.Write("\r\e[K");
        _lineIsOpen = false;
    }

    /// <summary>Stops the display; called before a command prints its result, and harmless the second time.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isStopped) return;
        _isStopped = true;
        await _stop.CancelAsync();
        await _painting;
        _stop.Dispose();
    }
}
