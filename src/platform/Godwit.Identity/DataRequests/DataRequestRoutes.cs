using Godwit.Http.Problems;
using Godwit.Identity.Requests;

namespace Godwit.Identity.DataRequests;

/// <summary>One's own requests about one's own data.</summary>
internal static class DataRequestRoutes
{
    private const string All = "/v1/me/data-requests", One = All + "/{id:guid}";

    public static void Map(RouteMap routes)
    {
        routes.Private("POST", All, sensitive: true, async (context, caller) =>
        {
            var made = await routes.Get<OwnDataRequests>().AskAsync(caller, await JsonBody.ReadAsync(context, DataRequestJson.Default.DataRequestForm), Client.Of(context), context.RequestAborted);
            context.Response.Headers.Location = $"{All}/{made.Id}";
            await RouteMap.AnswerAsync(context, made, DataRequestJson.Default.DataRequestDocument, 201);
        });
        routes.Private("GET", All, sensitive: false, async (context, caller) =>
            await RouteMap.AnswerAsync(context, await routes.Get<OwnDataRequests>().ListAsync(caller, context.RequestAborted), DataRequestJson.Default.IReadOnlyListDataRequestDocument));
        routes.Private("GET", One, sensitive: false, async (context, caller) =>
            await RouteMap.AnswerAsync(context, await routes.Get<OwnDataRequests>().ReadAsync(caller, RouteMap.Id(context), context.RequestAborted), DataRequestJson.Default.DataRequestDocument));
        routes.Private("DELETE", One, sensitive: true, async (context, caller) =>
        {
            await routes.Get<OwnDataRequests>().WithdrawAsync(caller, RouteMap.Id(context), Client.Of(context), context.RequestAborted);
            context.Response.StatusCode = 204;
        });
        routes.Private("GET", One + "/archive", sensitive: true, async (context, caller) =>
        {
            var archive = await routes.Get<OwnDataRequests>().ArchiveAsync(caller, RouteMap.Id(context), Client.Of(context), context.RequestAborted);
            context.Response.ContentType = "application/zip";
            context.Response.Headers.ContentDisposition = $"attachment; filename=\"{RouteMap.Id(context)}.zip\"";
            context.Response.Headers.CacheControl = "no-store";
            await context.Response.Body.WriteAsync(archive, context.RequestAborted);
        });
    }
}
