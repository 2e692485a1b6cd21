using System.Text;
using System.Text.Json.Nodes;
using Godwit.Engine.Files;
using Godwit.Engine.Http;
using Godwit.Engine.Processes;
using Godwit.Model.Findings;

namespace Godwit.Engine.Steps.Route;

/// <summary>Where weights are written.</summary>
internal abstract record RoutePlace
{
    private RoutePlace()
    {
    }

    /// <summary>What has to be known to give back what was before.</summary>
    public virtual Task<JsonObject> LookAsync(StepContext context, CancellationToken cancellation) => Task.FromResult(new JsonObject());

    public abstract Task<StepResult> WriteAsync(RouteWeights weights, StepContext context, CancellationToken cancellation);

    /// <param name="before">As <see cref="LookAsync"/> saw it.</param>
    /// <param name="former">The weights before.</param>
    public virtual Task<StepResult> RestoreAsync(JsonObject before, RouteWeights former, StepContext context, CancellationToken cancellation) => WriteAsync(former, context, cancellation);

    /// <summary>False when the place says that the weights are others; a place that cannot be read says nothing.</summary>
    public virtual Task<bool> HoldsAsync(RouteWeights weights, StepContext context, CancellationToken cancellation) => Task.FromResult(true);

    public sealed record Http(HttpRequestSettings Request) : RoutePlace
    {
        public override Task<StepResult> WriteAsync(RouteWeights weights, StepContext context, CancellationToken cancellation) =>
            HttpResult.SendAsync(Request.Fill(weights.Fill), context, cancellation);
    }

    public sealed record Command(CommandSettings Settings) : RoutePlace
    {
        public override async Task<StepResult> WriteAsync(RouteWeights weights, StepContext context, CancellationToken cancellation) =>
            CommandResult.Of(Settings, await CommandRunner.RunAsync(Settings.Fill(weights.Fill), context, cancellation));
    }

    /// <param name="Template">Text with @blue@ and @green@ in it.</param>
    /// <param name="Path">The file that the proxy reads, from the runbook's folder.</param>
    /// <param name="Reload">Tells the proxy to read it.</param>
    /// <param name="Signal">Tells it by a signal instead.</param>
    public sealed record File(string Template, string Path, CommandSettings? Reload, ReloadSignal? Signal = null) : RoutePlace
    {
        private const string Before = "before";

        public override async Task<JsonObject> LookAsync(StepContext context, CancellationToken cancellation) => new()
        {
            [Before] = await SwitchFile.ReadAsync(In(context), cancellation) is { } content ? Convert.ToBase64String(content) : null,
        };

        public override Task<StepResult> WriteAsync(RouteWeights weights, StepContext context, CancellationToken cancellation) =>
            ReplaceAsync(Encoding.UTF8.GetBytes(weights.Fill(Template)), context, cancellation);

        public override Task<StepResult> RestoreAsync(JsonObject before, RouteWeights former, StepContext context, CancellationToken cancellation) =>
            ReplaceAsync(before[Before]?.GetValue<string>() is { } content ? Convert.FromBase64String(content) : null, context, cancellation);

        public override async Task<bool> HoldsAsync(RouteWeights weights, StepContext context, CancellationToken cancellation) =>
            await SwitchFile.ReadAsync(In(context), cancellation) is { } content && Encoding.UTF8.GetString(content) == weights.Fill(Template);

        private async Task<StepResult> ReplaceAsync(byte[]? content, StepContext context, CancellationToken cancellation)
        {
            try
            {
                await SwitchFile.RestoreAsync(In(context), content, cancellation);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return StepResult.Fail(FindingCodes.RouteFailed, $"{Path} cannot be written: {e.Message}");
            }
            if (Signal is not null) return Signal.Send(context.Folder, FindingCodes.RouteFailed);
            return Reload is null ? StepResult.Done : CommandResult.Of(Reload, await CommandRunner.RunAsync(Reload, context, cancellation));
        }

        private string In(StepContext context) => System.IO.Path.Combine(context.Folder, Path);
    }
}
