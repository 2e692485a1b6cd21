using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Godwit.Cli.Runbooks;
using Godwit.Cli.Runs;
using Godwit.Documents.Shapes;
using Godwit.Engine.Load;
using Godwit.Engine.Requests;
using Godwit.Model.Findings;

namespace Godwit.Cli.Load;

/// <summary><c>godwit load FILE --url URL</c>: puts a service under load by a schedule. Interrupted, it ends with the figures so far.</summary>
internal static class LoadCommand
{
    private static readonly TimeSpan s_tell = TimeSpan.FromSeconds(2);

    private static readonly Option<double> Rate = new("--rate") { Description = "Scenarios begun a second.", HelpName = "N", DefaultValueFactory = _ => 10 };

    private static readonly Option<double> From = new("--from") { Description = "With --ramp: the rate that it grows from.", HelpName = "N" };

    private static readonly Option<TimeSpan> Duration = Length("--duration", "How long scenarios are begun, the ramp included.", TimeSpan.FromSeconds(30));

    private static readonly Option<TimeSpan> Ramp = Length("--ramp", "How long the rate grows at first.", TimeSpan.Zero);

    private static readonly Option<int> MaxInFlight = new("--max-in-flight") { Description = "Scenarios under way at once; what is due beyond that is dropped, and an error.", HelpName = "N", DefaultValueFactory = _ => 1000 };

    private static readonly Option<TimeSpan?> P50 = Threshold("--p50"), P95 = Threshold("--p95"), P99 = Threshold("--p99"), Max = Threshold("--max");

    private static readonly Option<double> Errors = new("--errors") { Description = "What the share of errors may be at most: 0.001 is one of a thousand.", HelpName = "SHARE", DefaultValueFactory = _ => 0.01 };

    private static readonly Option<double?> AtLeast = new("--at-least") { Description = "How many answers a second there have to be.", HelpName = "N" };

    static LoadCommand()
    {
        Within(Rate, 0.01, (double)LoadSettings.LargestRate);
        Within(From, 0, (double)LoadSettings.LargestRate);
        Within(MaxInFlight, 1, LoadSettings.MostInFlight);
        Within(Errors, 0, 1);
    }

    public static Command Create()
    {
        var command = new Command("load", "Puts a service under load by a schedule, and says what latencies, errors and rate came of it.")
        { ServiceOptions.File, ServiceOptions.Url, Rate, Duration, Ramp, From, MaxInFlight, P50, P95, P99, Max, Errors, AtLeast, RunbookOptions.Json };
        command.SetAction((result, cancellation) => RunCommands.GuardAsync(
            "load", result.GetValue(RunbookOptions.Json), result.InvocationConfiguration, console => CarryAsync(result, console, cancellation), cancellation, next: null));
        return command;
    }

    private static async Task<int> CarryAsync(ParseResult result, RunConsole console, CancellationToken cancellation)
    {
        var (file, findings) = RequestFileReader.ReadFile(result.GetRequiredValue(ServiceOptions.File));
        if (file is null) return console.Refuse(findings);
        if (ServiceOptions.UrlOf(result) is not ({ } url, _)) return console.Refuse([ServiceOptions.UrlOf(result).Fault!]);
        var settings = SettingsOf(result);
        if (settings.FindFaults(file).ToList() is { Count: > 0 } faults) return console.Refuse([.. faults.Select(f => Finding.Error(FindingCodes.KindSettings, f))], ExitCode.Usage);
        RunbookFindings.Print(console.Console, findings);
        console.Note(string.Create(CultureInfo.InvariantCulture, $"{settings.Profile.Total:N0} scenarios in {DurationText.Write(settings.Profile.Duration)}"));
        var told = TimeSpan.Zero;
        var (figures, missing) = await new LoadGenerator(file, settings, TimeProvider.System).RunAsync(
            url, ProcessEnvironment.Instance, seen =>
            {
                if (seen.Elapsed - told < s_tell) return;
                told = seen.Elapsed;
                console.Note(string.Create(CultureInfo.InvariantCulture, $"  {seen.Elapsed.TotalSeconds:0} s: {seen.Answered:N0} answers, {seen.Rate:N0}/s, {seen.Latency}, errors {LoadFigures.Share(seen.ErrorShare)}, {seen.InFlight} under way"));
            },
            () => false, cancellation);
        if (figures is null) return console.Refuse([Finding.Error(FindingCodes.RequestsUnasked, $"{missing} is not set")]);
        var interrupted = cancellation.IsCancellationRequested;
        var missed = settings.Thresholds.FindMissed(figures);
        Print(console, figures, missed, interrupted);
        var document = LoadDocument.Of(figures, missed, interrupted);
        if (console.Json) await result.InvocationConfiguration.Output.WriteLineAsync(JsonSerializer.Serialize(document, LoadDocumentJson.Default.LoadDocument));
        return document.ExitCode;
    }

    private static void Print(RunConsole console, LoadFigures figures, IReadOnlyList<string> missed, bool interrupted)
    {
        var width = figures.Evidence().Keys.Max(k => k.Length);
        foreach (var (name, value) in figures.Evidence()) console.Console.Line($"{name.PadRight(width)}  {value}");
        foreach (var threshold in missed) console.Console.Line($"[red]missed[/]  {threshold}");
        if (interrupted) console.Console.Line($"[yellow]Interrupted: these are the figures so far[/]");
        else if (missed.Count == 0) console.Console.Line($"[green]All thresholds hold[/]");
    }

    private static LoadSettings SettingsOf(ParseResult result) => new(
        new LoadProfile(result.GetValue(Rate), result.GetValue(Duration), result.GetValue(Ramp), result.GetValue(From)), result.GetValue(MaxInFlight),
        new LoadThresholds
        {
            Latency = new LatencyThresholds(result.GetValue(P50), result.GetValue(P95), result.GetValue(P99), result.GetValue(Max)),
            Errors = result.GetValue(Errors),
            Rate = result.GetValue(AtLeast),
        });

    private static Option<TimeSpan> Length(string name, string description, TimeSpan value) => new(name)
    {
        Description = description, HelpName = "TIME", DefaultValueFactory = _ => value, CustomParser = result => Read(name, result) ?? value,
    };

    private static Option<TimeSpan?> Threshold(string name) => new(name)
    {
        Description = $"What {name.TrimStart('-')} of the latencies may be at most, such as 200ms.", HelpName = "TIME", CustomParser = result => Read(name, result),
    };

    private static TimeSpan? Read(string name, System.CommandLine.Parsing.ArgumentResult result)
    {
        if (DurationText.TryParse(result.Tokens[0].Value, out var length) && length <= LoadSettings.LongestDuration) return length;
        result.AddError($"{name} takes {DurationText.Expected}, at most {DurationText.Write(LoadSettings.LongestDuration)}");
        return null;
    }

    private static void Within<T>(Option<T> option, double least, double most) => option.Validators.Add(result =>
    {
        if (result.Tokens.Count == 1 && double.TryParse(result.Tokens[0].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && !(number >= least && number <= most))
            result.AddError(string.Create(CultureInfo.InvariantCulture, $"{option.Name} takes a number from {least} to {most}"));
    });
}
