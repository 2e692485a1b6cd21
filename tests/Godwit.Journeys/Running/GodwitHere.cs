using Godwit.Cli;

namespace Godwit.Journeys.Running;

/// <summary>
/// Runs the command in this process, as its Main does: hundreds of moves are paid with one start of the runtime. Folder and environment belong to the
/// process, so these runs take turns: what waits for anything but the database belongs into <see cref="GodwitProcess"/>.
/// And who starts another process names its folder: the one at hand is a run's, and goes with it.
/// </summary>
public static class GodwitHere
{
    private static readonly SemaphoreSlim Turn = new(1, 1);

    public static async Task<Outcome> RunAsync(string folder, IReadOnlyDictionary<string, string?> environment, IReadOnlyList<string> arguments)
    {
        await Turn.WaitAsync(TestContext.Current.CancellationToken);
        var cameFrom = Environment.CurrentDirectory;
        var before = environment.Keys.ToDictionary(k => k, Environment.GetEnvironmentVariable, StringComparer.Ordinal);
        try
        {
            Environment.CurrentDirectory = folder;
            foreach (var (name, value) in environment) Environment.SetEnvironmentVariable(name, value);
            var output = new StringWriter();
            var error = new StringWriter();
            var code = await GodwitCommand.RunAsync(arguments, output, error, TestContext.Current.CancellationToken);
            return new Outcome(code, output.ToString(), error.ToString());
        }
        finally
        {
            foreach (var (name, value) in before) Environment.SetEnvironmentVariable(name, value);
            Environment.CurrentDirectory = cameFrom;
            Turn.Release();
        }
    }
}
