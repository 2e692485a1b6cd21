using Godwit.TestServers;

namespace Godwit.Journeys.Survival;

/// <summary>Strikes a mover that is frozen at its place, and sees that it ends as it must.</summary>
internal static class Blows
{
    private const int Done = 0, Refused = 1, Interrupted = 4;

    /// <summary>Far above what the product promises, because the machine may be busy.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Drip = TimeSpan.FromMilliseconds(2);

    public static Task StrikeAsync(this Expedition expedition, Mover frozen, Blow blow, Stage stage) => blow switch
    {
        Blow.KillMover => frozen.KillAsync(),
        Blow.KillServer => KillServerAsync(expedition, frozen, stage),
        Blow.CutConnections => CutAsync(expedition, frozen, stage, drip: false),
        Blow.DripAndCut => CutAsync(expedition, frozen, stage, drip: true),
        Blow.ControlC => PressControlCAsync(expedition, frozen),
        Blow.Silence => SilenceAsync(expedition, frozen, stage),
        Blow.TakeOver => TakeOverAsync(expedition, frozen, stage),
        _ => throw new ArgumentOutOfRangeException(nameof(blow)),
    };

    private static async Task KillServerAsync(Expedition expedition, Mover frozen, Stage stage)
    {
        await expedition.Watch.ForgetAsync();
        await expedition.Server.KillAsync();
        frozen.Thaw();
        await EndsInterruptedAsync(expedition, frozen, stage);
        await expedition.Server.StartAsync();
    }

    private static async Task CutAsync(Expedition expedition, Mover frozen, Stage stage, bool drip)
    {
        if (drip)
        {
            (expedition.Proxy.Delay, expedition.Proxy.PieceBytes) = (Drip, 512);
            frozen.Thaw();
            var before = expedition.Proxy.PassedBytes;
            while (!frozen.HasExited && expedition.Proxy.PassedBytes < before + 4096) await Task.Delay(Drip);
        }
        expedition.Proxy.RefuseNew = true;
        expedition.Proxy.Cut();
        frozen.Thaw();
        await EndsInterruptedAsync(expedition, frozen, stage);
        (expedition.Proxy.Delay, expedition.Proxy.PieceBytes, expedition.Proxy.RefuseNew) = (TimeSpan.Zero, 64 * 1024, false);
    }

    private static async Task PressControlCAsync(Expedition expedition, Mover frozen)
    {
        frozen.PressControlC();
        frozen.Thaw();
        await frozen.EndAsync(Soon);
        // It may have been done already when the signal came.
        if (frozen.ExitCode == Done) return;
        Assert.True(frozen.ExitCode == Interrupted && frozen.Output.Contains("interrupted", StringComparison.Ordinal), $"Ctrl-C: {frozen.ExitCode}\n{frozen.Output}");
        Assert.Contains(await expedition.HasRunAsync() ? "godwit resume" : "Nothing has been changed", frozen.Output, StringComparison.Ordinal);
    }

    private static async Task SilenceAsync(Expedition expedition, Mover frozen, Stage stage)
    {
        expedition.Proxy.Silent = true;
        frozen.Thaw();
        // Before a run is begun there is no lease that could run out: what waits for its target then is ended as a person would end it.
        if (stage == Stage.Plan) frozen.PressControlC();
        await frozen.EndAsync(Soon);
        expedition.Proxy.Cut();
        expedition.Proxy.Silent = false;
        // Its last word may have been answered before the silence: what is left to do then needs no target.
        if (stage == Stage.Certify && frozen.ExitCode == Done) return;
        Assert.True(frozen.ExitCode == Interrupted, $"silence: {frozen.ExitCode}\n{frozen.Output}");
    }

    private static async Task TakeOverAsync(Expedition expedition, Mover frozen, Stage stage)
    {
        if (stage == Stage.Plan)
        {
            await frozen.KillAsync();
            return;
        }
        // Its last word may have been written before it was frozen: nothing is left to be taken over then, and it may say that it is done.
        var over = stage == Stage.Certify && await expedition.IsVerifiedAsync();
        await using var second = expedition.Start("resume", "--to", expedition.To);
        Assert.True(await second.EndAsync() == Done, $"the second mover ended {second.ExitCode}\n{second.Output}");
        var after = await expedition.Watch.ScalarAsync<string>(StateSql);
        frozen.Thaw();
        await frozen.EndAsync(Soon);
        if (!over || frozen.ExitCode != Done)
        {
            Assert.True(frozen.ExitCode == Interrupted, $"the first mover ended {frozen.ExitCode}\n{frozen.Output}");
            Assert.Contains("another runner has taken this run over", frozen.Output, StringComparison.Ordinal);
        }
        Assert.Equal(after, await expedition.Watch.ScalarAsync<string>(StateSql));
    }

    /// <summary>Everything that a mover writes, in one text.</summary>
    private const string StateSql = """
        SELECT concat_ws(' ',
            (SELECT md5(string_agg(r::text, ' ')) FROM godwit.runs r), (SELECT md5(string_agg(s::text, ' ' ORDER BY id)) FROM godwit.steps s),
            (SELECT md5(string_agg(r::text, ' ' ORDER BY table_name, ordinal)) FROM godwit.ranges r), (SELECT count(*) FROM godwit.leases),
            (SELECT string_agg(oid::text || relname || relfilenode, ' ' ORDER BY oid) FROM pg_class WHERE relnamespace = 'public'::regnamespace),
            (SELECT count(*) FROM public.visits))
        """;

    private static async Task EndsInterruptedAsync(Expedition expedition, Mover mover, Stage stage)
    {
        await mover.EndAsync(Soon);
        // While nothing is in the target yet, a connection that is gone may not be missed, or is a finding.
        if (mover.ExitCode == Done || (stage == Stage.Plan && mover.ExitCode == Refused)) return;
        Assert.True(mover.ExitCode == Interrupted, $"ended {mover.ExitCode}\n{mover.Output}");
        if (stage != Stage.Plan) Assert.Contains("godwit resume", mover.Output, StringComparison.Ordinal);
    }
}
