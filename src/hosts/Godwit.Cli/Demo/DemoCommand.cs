using System.CommandLine;
using Godwit.Cli.Dev;
using Godwit.Cli.Runbooks;
using Godwit.Cli.Runs;
using Godwit.Engine.Runbooks;
using Godwit.Postgres.Clusters;

namespace Godwit.Cli.Demo;

/// <summary><c>godwit demo</c>: a runbook carried out on a legacy system that is made for it, under traffic, in the private server.</summary>
internal static class DemoCommand
{
    private static readonly Option<int> Rows = new("--rows") { Description = "How many clients the legacy service has.", HelpName = "N", DefaultValueFactory = _ => 200_000 };

    private static readonly Option<int> Seed = new("--seed") { Description = "The same seed and rows make the same clients.", HelpName = "N", DefaultValueFactory = _ => 3 };

    private static readonly Option<bool> Back = new("--rollback") { Description = "Goes as far as everything is in use, and takes all of it back." };

    private static readonly Option<bool> Fresh = new("--fresh") { Description = "Drops what an earlier demo has left, and starts over." };

    private static readonly Option<bool> Keep = new("--keep") { Description = "Goes on with what an earlier demo has left; what is done without --fresh." };

    static DemoCommand() => Rows.Validators.Add(result =>
    {
        if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var rows) && rows is < 10 or > 2_000_000) result.AddError("--rows is 10 to 2000000");
    });

    public static Command Create(RunbookKinds kinds)
    {
        var tenants = new Command("tenants", "API keys that a service keeps as they are become hashes, while clients go on calling it.")
        {
            Rows, Seed, Back, Fresh, Keep, RunbookOptions.Json, DevCommand.FolderOption, DevCommand.BinariesOption,
        };
        tenants.Validators.Add(result =>
        {
            if (result.GetValue(Fresh) && result.GetValue(Keep)) result.AddError("--fresh and --keep exclude one another");
        });
        tenants.SetAction((result, cancellation) => RunCommands.GuardAsync(
            "demo", result.GetValue(RunbookOptions.Json), result.InvocationConfiguration,
            console =>
            {
                var cluster = new LocalCluster(result.GetRequiredValue(DevCommand.FolderOption), new ClusterOptions { BinFolder = result.GetValue(DevCommand.BinariesOption) });
                var options = new DemoOptions(result.GetValue(Rows), result.GetValue(Seed), result.GetValue(Back), result.GetValue(Fresh));
                return new TenantsDemo(kinds, cluster, options, console).RunAsync(cancellation);
            },
            cancellation));
        return new Command("demo", "Carries a runbook out on a legacy system that is made for it, under traffic.") { tenants };
    }
}

internal sealed record DemoOptions(int Rows, int Seed, bool Rollback, bool Fresh);
