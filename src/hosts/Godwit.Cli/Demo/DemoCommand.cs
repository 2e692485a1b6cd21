using System.CommandLine;
using Godwit.Cli.Demo.Learning;
using Godwit.Cli.Demo.Suma;
using Godwit.Cli.Dev;
using Godwit.Cli.Runbooks;
using Godwit.Cli.Runs;
using Godwit.Postgres.Clusters;

namespace Godwit.Cli.Demo;

/// <summary><c>godwit demo</c>: a runbook carried out on a legacy system that is made for it, under traffic, in the private server.</summary>
internal static class DemoCommand
{
    private static readonly Option<int> Rows = new("--rows") { Description = "How many clients the legacy service has.", HelpName = "N", DefaultValueFactory = _ => 20_000 };

    private static readonly Option<int> Seed = new("--seed") { Description = "The same seed and rows make the same clients.", HelpName = "N", DefaultValueFactory = _ => 3 };

    private static readonly Option<bool> Back = new("--rollback") { Description = "Goes as far as everything is in use, and takes all of it back." };

    private static readonly Option<bool> Trip = new("--trip") { Description = "Spoils the new release half way through the switch: a tripwire takes the run back, and nothing is lost. Ends with exit code 6." };

    private static readonly Option<bool> Rotate = new("--rotate-pepper") { Description = "Goes to the end where that is not done, and has another pepper take over while clients look themselves up." };

    private static readonly Option<bool> Fresh = new("--fresh") { Description = "Drops what an earlier demo has left, and starts over." };

    private static readonly Option<bool> Keep = new("--keep") { Description = "Goes on with what an earlier demo has left; what is done without --fresh." };

    private static readonly Option<int> SampleRows = new("--rows") { Description = "Rows of the sample, over all its tables.", HelpName = "N", DefaultValueFactory = _ => 1_000_000 };

    private static readonly Option<int> SampleSeed = new("--seed") { Description = "The same seed and rows make the same sample.", HelpName = "N", DefaultValueFactory = _ => 4 };

    private static readonly Option<int> Rate = new("--rate") { Description = "Requests of the application a second, a fifth of them writes.", HelpName = "N", DefaultValueFactory = _ => 1000 };

    private static readonly Option<int> People = new("--rows") { Description = "How many people the legacy system has.", HelpName = "N", DefaultValueFactory = _ => 3000 };

    private static readonly Option<bool> There = new("--rollback") { Description = "Once people have registered on the new side, goes back with them, and forward again." };

    static DemoCommand()
    {
        Bound(People, 50, 2_000_000);
        Bound(Rows, 10, 2_000_000);
        Bound(SampleRows, 1000, 10_000_000);
        Bound(Rate, 10, 5000);
    }

    private static void Bound(Option<int> option, int least, int most) => option.Validators.Add(result =>
    {
        if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var value) && (value < least || value > most)) result.AddError($"{option.Name} is {least} to {most}");
    });

    public static Command Create()
    {
        var tenants = new Command("tenants", "API keys that a service keeps as they are become hashes, while clients go on calling it.")
        {
            Rows, Seed, Back, Trip, Rotate, Fresh, Keep, RunbookOptions.Json, DevCommand.FolderOption, DevCommand.BinariesOption,
        };
        tenants.Validators.Add(result =>
        {
            if (result.GetValue(Fresh) && result.GetValue(Keep)) result.AddError("--fresh and --keep exclude one another");
            if (new[] { Back, Trip, Rotate }.Count(result.GetValue) > 1) result.AddError("--rollback, --trip and --rotate-pepper exclude one another");
        });
        tenants.SetAction((result, cancellation) => RunCommands.GuardAsync(
            "demo", result.GetValue(RunbookOptions.Json), result.InvocationConfiguration,
            console =>
            {
                var cluster = new LocalCluster(result.GetRequiredValue(DevCommand.FolderOption), new ClusterOptions { BinFolder = result.GetValue(DevCommand.BinariesOption) });
                var options = new DemoOptions(result.GetValue(Rows), result.GetValue(Seed), result.GetValue(Back) ? DemoEnd.Back : result.GetValue(Trip) ? DemoEnd.Tripped : result.GetValue(Rotate) ? DemoEnd.Rotated : DemoEnd.Finished, result.GetValue(Fresh));
                return new TenantsDemo(cluster, options, console, result.InvocationConfiguration.Output, result.InvocationConfiguration.Error).RunAsync(cancellation);
            },
            cancellation));
        return new Command("demo", "Carries a runbook out on a legacy system that is made for it, under traffic.") { tenants, Learning(), Suma() };
    }

    private static Command Learning()
    {
        var learning = new Command("learning-sol", "A learning platform's SQLite database goes to PostgreSQL while it is in use: there, back, and there again.")
        {
            SampleRows, SampleSeed, Rate, RunbookOptions.Json, DevCommand.FolderOption, DevCommand.BinariesOption,
        };
        learning.SetAction((result, cancellation) => RunCommands.GuardAsync(
            "demo", result.GetValue(RunbookOptions.Json), result.InvocationConfiguration,
            console =>
            {
                var cluster = new LocalCluster(result.GetRequiredValue(DevCommand.FolderOption), new ClusterOptions { BinFolder = result.GetValue(DevCommand.BinariesOption) });
                var options = new LearningOptions(result.GetValue(SampleRows), result.GetValue(SampleSeed), result.GetValue(Rate));
                return new LearningDemo(cluster, options, console, result.InvocationConfiguration.Output, result.InvocationConfiguration.Error).RunAsync(cancellation);
            },
            cancellation));
        return learning;
    }

    private static Command Suma()
    {
        var suma = new Command("suma-finance", "People with addresses in the clear become accounts of the identity service, while they sign in and register.")
        {
            People, There, Fresh, RunbookOptions.Json, DevCommand.FolderOption, DevCommand.BinariesOption,
        };
        suma.SetAction((result, cancellation) => RunCommands.GuardAsync(
            "demo", result.GetValue(RunbookOptions.Json), result.InvocationConfiguration,
            console =>
            {
                var cluster = new LocalCluster(result.GetRequiredValue(DevCommand.FolderOption), new ClusterOptions { BinFolder = result.GetValue(DevCommand.BinariesOption) });
                var options = new SumaOptions(result.GetValue(People), result.GetValue(Fresh), result.GetValue(There));
                return new SumaDemo(cluster, options, console, result.InvocationConfiguration.Output, result.InvocationConfiguration.Error).RunAsync(cancellation);
            },
            cancellation));
        return suma;
    }
}

internal sealed record DemoOptions(int Rows, int Seed, DemoEnd End, bool Fresh);

internal enum DemoEnd
{
    /// <summary>Through contract: the raw keys are gone.</summary>
    Finished,

    /// <summary>The same, and then another pepper takes over.</summary>
    Rotated,

    /// <summary>As far as everything is in use, and back because somebody asks for it.</summary>
    Back,

    /// <summary>Back by itself, in the middle of the switch.</summary>
    Tripped,
}
