using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Godwit.Engine.Configuration;
using Godwit.Engine.Files;
using Godwit.Engine.Processes;
using Godwit.Engine.Secrets;
using Godwit.Model.Findings;

namespace Godwit.Engine.Steps.Env;

/// <param name="file">The application's file, from the runbook's folder.</param>
/// <param name="variables">What is set in it.</param>
/// <param name="reload">Has the application read it.</param>
/// <param name="signal">Has it read it instead.</param>
internal sealed class EnvStep(string file, IReadOnlyList<KeyValuePair<string, OutsideValue>> variables, CommandSettings? reload, ReloadSignal? signal) : IStep, INeedsSecrets
{
    private const string Began = "began";

    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public string? Irreversible => null;

    public StepReach Reach => reload is null && signal is null && StepFolder.Holds(file) ? StepReach.Inside : StepReach.Outside;

    public string UndoSummary => $"gives {Names} in {file} back what they were{(reload is null && signal is null ? "" : ", and tells the application")}";

    private string Names => string.Join(", ", variables.Select(v => v.Key));

    public IEnumerable<Finding> FindMissing(IRunEnvironment environment) => variables.Select(v => v.Value.Variable).OfType<string>().Distinct(StringComparer.Ordinal)
        .Where(name => string.IsNullOrEmpty(OutsideValue.Find(environment, name)))
        .Select(name => Finding.Error(FindingCodes.SecretMissing, $"{name} is not set", remedy: $"Set {name} or {name}_FILE where Godwit runs"));

    public Task<StepResult> PrecheckAsync(StepContext context, CancellationToken cancellation) => OfFileAsync(async () =>
    {
        var text = await ReadAsync(context, cancellation);
        return Change(text, context, new SecretValues()) is (null, { } refused) ? refused : StepResult.Done;
    });

    public Task<StepResult> ApplyAsync(StepContext context, CancellationToken cancellation) => OfFileAsync(async () =>
    {
        var text = await ReadAsync(context, cancellation);
        if (Change(text, context, new SecretValues()) is not ({ } changed, _)) return Change(text, context, new SecretValues()).Refused!;
        var before = FormerLines.PathOf(Real(context), context);
        // Whoever was killed between the two has kept what was before: what stands there now may be half of ours.
        if (!File.Exists(before)) await FormerLines.WriteAsync(before, Real(context), variables.ToDictionary(v => v.Key, v => DotEnvEdit.LinesOf(text, v.Key), StringComparer.Ordinal), cancellation);
        await new StepMemory(context).SaveAsync(new JsonObject { [Began] = true }, 0, null, cancellation);
        if (changed != text) await SwitchFile.WriteAsync(Real(context), s_strict.GetBytes(changed), cancellation);
        return await TellAsync(context, cancellation) switch
        {
            StepResult.Passed told => told with { Evidence = new Dictionary<string, string>(told.Evidence, StringComparer.Ordinal) { ["set"] = Names } },
            var failed => failed,
        };
    });

    public Task<StepResult> VerifyAsync(StepContext context, CancellationToken cancellation) => OfFileAsync(async () =>
    {
        var values = DotEnvFile.Read(await ReadAsync(context, cancellation));
        var wrong = variables.Where(v => values.GetValueOrDefault(v.Key) != v.Value.Resolve(context.Environment, new SecretValues())).Select(v => v.Key).ToList();
        return wrong.Count == 0 ? StepResult.Done : Fail($"{file} has another value for {string.Join(", ", wrong)}: somebody else writes it too");
    });

    public Task<StepResult> UndoAsync(StepContext context, CancellationToken cancellation) => OfFileAsync(async () =>
    {
        var memory = new StepMemory(context);
        var (state, _) = await memory.ReadAsync(cancellation);
        var path = FormerLines.PathOf(Real(context), context);
        if (await FormerLines.ReadAsync(path, cancellation) is not { } former)
            return state is null ? StepResult.Done : Fail($"{path} is gone, which kept what {Names} in {file} were: set them by hand, and write an empty object ({{}}) into {path}");
        var text = await ReadAsync(context, cancellation);
        var changed = former.Aggregate(text, (now, v) => DotEnvEdit.Restore(now, v.Key, v.Value));
        if (changed != text) await SwitchFile.WriteAsync(Real(context), s_strict.GetBytes(changed), cancellation);
        if (await TellAsync(context, cancellation) is StepResult.Failed failed) return failed;
        await memory.ForgetAsync(cancellation);
        File.Delete(path);
        return StepResult.Done;
    });

    private string Real(StepContext context) => Path.Combine(context.Folder, file);

    /// <exception cref="IOException">It is not there, or is no text of this size.</exception>
    private async Task<string> ReadAsync(StepContext context, CancellationToken cancellation)
    {
        var content = await SwitchFile.ReadAsync(Real(context), cancellation) ?? throw new IOException("it is not there");
        try
        {
            return s_strict.GetString(content);
        }
        catch (DecoderFallbackException e)
        {
            throw new IOException("it is no UTF-8 text", e);
        }
    }

    private (string? Text, StepResult? Refused) Change(string text, StepContext context, SecretValues secrets)
    {
        foreach (var (name, value) in variables)
        {
            if (value.Resolve(context.Environment, secrets) is not { } wanted) return (null, new StepResult.Failed([.. FindMissing(context.Environment)]));
            var (changed, reason) = DotEnvEdit.Set(text, name, wanted);
            if (changed is null) return (null, Fail($"{name} cannot be set in {file}: {reason}"));
            text = changed;
        }
        return (text, null);
    }

    private async Task<StepResult> TellAsync(StepContext context, CancellationToken cancellation) =>
        signal is not null ? signal.Send(context.Folder, FindingCodes.EnvFailed)
        : reload is not null ? CommandResult.Of(reload, await CommandRunner.RunAsync(reload, context, cancellation))
        : StepResult.Done;

    private async Task<StepResult> OfFileAsync(Func<Task<StepResult>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return Fail($"{file} cannot be changed: {e.Message}");
        }
    }

    private static StepResult Fail(string why) => StepResult.Fail(FindingCodes.EnvFailed, why);
}
