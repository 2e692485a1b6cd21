using System.Text.RegularExpressions;
using Godwit.Engine.Runs;
using Godwit.TestServers;

namespace Godwit.Postgres.Tests.Steps;

/// <summary>Green is compared with blue at every weight; where it is worse, all traffic is back at once.</summary>
public sealed class RouteAnalysisTests(PostgresServers servers)
{
    private const string Weights = "    command: {run: [/bin/sh, -c, 'echo \"$1 $GODWIT_IDEMPOTENCY_KEY\" >> weights', name, '@green@']}";

    [Fact]
    public async Task Green_that_is_as_good_as_blue_gets_all_traffic_weight_by_weight()
    {
        using var script = await PrepareAsync();
        script.Steps($$"""
            - route:
                weights: [10, {green: 50, hold: 400ms}, 100]
                hold: 200ms
                every: 20ms
                analysis: [{name: errors, sql: "SELECT share FROM figures WHERE side = '@side@'", times_blue: 1.5, plus: 0.001, at_most: 0.05, enough: 3}]
            {{Weights}}
            """);
        Assert.IsType<RunbookOutcome.Reached>(await script.RunAsync());
        Assert.Equal(["10", "50", "100"], Written(script).Select(w => w.Weight));
    }

    [Theory]
    [InlineData("0.016", "green 0.016, blue 0.01, green at most 0.016", false)]
    [InlineData("0.017", "errors: green 0.017, blue 0.01, green at most 0.016", true)]
    [InlineData("0.06", "errors: green 0.06, at most 0.05", true)]
    public async Task Green_may_be_so_much_worse_than_blue_and_no_more(string green, string text, bool goesBack)
    {
        using var script = await PrepareAsync();
        await script.Database.ExecuteAsync($"UPDATE public.figures SET share = {green} WHERE side = 'green'");
        script.Steps($$"""
            - route:
                weights: [10]
                hold: 100ms
                every: 20ms
                analysis: [{name: errors, sql: "SELECT share FROM figures WHERE side = '@side@'", times_blue: 1.5, plus: 0.001, at_most: 0.05, enough: 2}]
            {{Weights}}
            """);
        var outcome = await script.RunAsync();
        if (!goesBack)
        {
            Assert.IsType<RunbookOutcome.Reached>(outcome);
            return;
        }
        var paused = Assert.IsType<RunbookOutcome.Paused>(outcome);
        Assert.Contains(text, paused.Reason, StringComparison.Ordinal);
        Assert.Equal("GW1860", paused.Findings[0].Code.Id);
        Assert.Equal(["10", "0"], Written(script).Select(w => w.Weight));
        var took = int.Parse(Regex.Match(await script.RecordAsync(), "\"back in\":\"(?<ms>\\d+) ms\"", RegexOptions.None, TimeSpan.FromSeconds(1)).Groups["ms"].Value, System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(took, 0, 999);

        // Mended and resumed, it begins with its first weight; and that is another effect than the first time.
        await script.Database.ExecuteAsync("UPDATE public.figures SET share = 0.01");
        Assert.IsType<RunbookOutcome.Reached>(await script.GoOnAsync());
        Assert.Equal(["10", "0", "10"], Written(script).Select(w => w.Weight));
        Assert.Equal(3, Written(script).Select(w => w.Key).Distinct().Count());
    }

    [Fact]
    public async Task With_too_little_to_compare_the_weight_stays_and_the_run_pauses()
    {
        using var script = await PrepareAsync();
        await script.Database.ExecuteAsync("UPDATE public.figures SET share = NULL WHERE side = 'green'");
        script.Steps($$"""
            - route:
                weights: [10, 100]
                hold: 100ms
                patience: 300ms
                every: 20ms
                analysis: [{name: errors, sql: "SELECT share FROM figures WHERE side = '@side@'", times_blue: 2}]
            {{Weights}}
            """);
        var paused = Assert.IsType<RunbookOutcome.Paused>(await script.RunAsync());
        Assert.Contains("errors: 0 of 3 samples of green (it has no value)", paused.Reason, StringComparison.Ordinal);
        Assert.Equal(["10"], Written(script).Select(w => w.Weight));
        await script.Database.ExecuteAsync("UPDATE public.figures SET share = 0.01");
        Assert.IsType<RunbookOutcome.Reached>(await script.GoOnAsync());
        Assert.Equal(["10", "100"], Written(script).Select(w => w.Weight));
    }

    [Fact]
    public async Task Where_blue_has_no_traffic_left_what_it_was_before_counts()
    {
        using var script = await PrepareAsync();
        await script.Database.ExecuteAsync("""
            CREATE TABLE public.shifted (done boolean);
            INSERT INTO public.shifted VALUES (false);
            CREATE FUNCTION public.figure(side text) RETURNS numeric LANGUAGE sql AS $$
                SELECT CASE WHEN $1 = 'blue' AND (SELECT done FROM public.shifted) THEN NULL ELSE (SELECT share FROM public.figures f WHERE f.side = $1) END $$
            """);
        script.Steps($$"""
            - route:
                weights: [50, 100]
                hold: 500ms
                every: 20ms
                analysis: [{name: errors, sql: "SELECT figure('@side@')", times_blue: 1.5, enough: 3}]
            {{Weights}}
            """);
        var run = script.RunAsync();
        await Patience.UntilAsync(() => Task.FromResult(File.Exists(Path.Combine(script.Folder, "weights")) && Written(script).Exists(w => w.Weight == "100")), run);
        await script.Database.ExecuteAsync("UPDATE public.shifted SET done = true; UPDATE public.figures SET share = 0.02 WHERE side = 'green'");
        var paused = Assert.IsType<RunbookOutcome.Paused>(await run);
        Assert.Contains("GW1860", paused.Findings[0].Code.Id, StringComparison.Ordinal);
        Assert.Equal(["50", "100", "0"], Written(script).Select(w => w.Weight));
    }

    [Theory]
    [InlineData("{name: errors, sql: SELECT 1}", "needs \"at_most\", \"times_blue\", or both")]
    [InlineData("{name: errors, sql: SELECT 1, times_blue: 2}", "names no @side@")]
    [InlineData("{name: errors, sql: SELECT 1, at_most: 2, plus: 1}", "on top of \"times_blue\"")]
    [InlineData("{name: errors, http: {url: \"http://@side@/\", figure: body}, times_blue: 2}", "needs \"at\"")]
    [InlineData("{name: errors, http: {url_env: SERVICE, path: /figures}, times_blue: 2}", "names no @side@")]
    [InlineData("{name: errors, http: {url: \"http://@side@/\", path: /figures}, times_blue: 2}", "A path goes with url_env")]
    [InlineData("{name: errors, http: {url_env: SERVICE, path: \"/@side@?api_key=1234\"}, times_blue: 2}", "looks like a secret")]
    public async Task What_cannot_be_compared_is_found_before_anything_runs(string comparison, string says)
    {
        using var script = await KindScript.NewAsync(servers);
        script.Steps($$$"""
            - route: {weights: [10], analysis: [{{{comparison}}}], command: {run: [/bin/true, "@green@"]}}
            """);
        Assert.Contains(script.Check(), f => f.Message.Contains(says, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_service_whose_address_comes_from_outside_is_asked_for_either_side_below_it()
    {
        await using var service = new LoopbackService(r => new LoopbackAnswer(200, r.Path == "/at/green?last=3s" ? """{"share": 0.5}""" : """{"share": 0.1}"""));
        using var script = await KindScript.NewAsync(servers);
        script.Variables["SERVICE"] = service.Url + "/at/";
        script.Steps($$"""
            - route:
                weights: [10]
                hold: 100ms
                every: 20ms
                analysis: [{name: errors, http: {url_env: SERVICE, path: "/@side@?last=3s", figure: body, at: /share}, times_blue: 2}]
            {{Weights}}
            """);
        var paused = Assert.IsType<RunbookOutcome.Paused>(await script.RunAsync());
        Assert.Contains("errors: green 0.5, blue 0.1, green at most 0.2", paused.Findings[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_proxy_is_told_by_a_signal_too()
    {
        using var script = await KindScript.NewAsync(servers);
        using var proxy = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("/bin/sh", ["-c", "trap 'cat weights.conf >> seen' HUP; echo $$ > pid; while :; do sleep 0.05; done"]) { WorkingDirectory = script.Folder })!;
        await Patience.UntilAsync(() => Task.FromResult(File.Exists(Path.Combine(script.Folder, "pid")) && script.Read("pid").EndsWith('\n')));
        script.Write("weights.template", "green @green@\n").Write("weights.conf", "as it was\n").Steps("""
            - route: {weights: [100], file: {template: weights.template, path: weights.conf, signal: pid}}
            """);
        Assert.IsType<RunbookOutcome.Reached>(await script.RunAsync());
        // Written whole: a second signal while the first is answered is none of its own.
        await Patience.UntilAsync(() => Task.FromResult(File.Exists(Path.Combine(script.Folder, "seen")) && script.Read("seen") == "green 100\n"));
        Assert.IsType<RunbookOutcome.Reached>(await script.RollBackAsync());
        await Patience.UntilAsync(() => Task.FromResult(script.Read("seen") == "green 100\nas it was\n"));
        proxy.Kill();
    }

    [Fact]
    public async Task A_rollback_of_the_phase_routes_back_before_it_undoes_anything_else()
    {
        using var script = await KindScript.NewAsync(servers);
        script.Steps("""
            - route: {weights: [100], command: {run: [/bin/sh, -c, 'echo "route $1" >> order', name, '@green@']}}
            - command: {run: [/bin/sh, -c, 'echo other >> order'], undo: {run: [/bin/sh, -c, 'echo other back >> order']}}
            """);
        Assert.IsType<RunbookOutcome.Reached>(await script.RunAsync());
        Assert.IsType<RunbookOutcome.Reached>(await script.RollBackAsync());
        Assert.Equal("route 100\nother\nroute 0\nother back\n", script.Read("order"));
    }

    private async Task<KindScript> PrepareAsync()
    {
        var script = await KindScript.NewAsync(servers);
        await script.Database.ExecuteAsync("CREATE TABLE public.figures (side text, share numeric); INSERT INTO public.figures VALUES ('blue', 0.01), ('green', 0.01)");
        return script;
    }

    private static List<(string Weight, string Key)> Written(KindScript script) => [.. script.Read("weights").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => (l.Split(' ')[0], l.Split(' ')[1]))];
}
