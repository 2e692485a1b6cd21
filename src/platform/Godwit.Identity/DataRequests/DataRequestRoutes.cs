using Godwit.Http.Problems;
using Godwit.Identity.Reference;
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
        })
            .Says("Asks about one's own data", DataRequestJson.Default.DataRequestDocument, DataRequestJson.Default.DataRequestForm, 201, needs: "type", refuses: [409, 429], example: """{"type":"access","details":"All of it"}""", more: "access, portability, rectification or erasure; an erasure asks once more who one is.");
        routes.Private("GET", All, sensitive: false, async (context, caller) =>
            await RouteMap.AnswerAsync(context, await routes.Get<OwnDataRequests>().ListAsync(caller, context.RequestAborted), DataRequestJson.Default.IReadOnlyListDataRequestDocument))
            .Says("Lists one's requests", DataRequestJson.Default.IReadOnlyListDataRequestDocument);
        routes.Private("GET", One, sensitive: false, async (context, caller) =>
            await RouteMap.AnswerAsync(context, await routes.Get<OwnDataRequests>().ReadAsync(caller, RouteMap.Id(context), context.RequestAborted), DataRequestJson.Default.DataRequestDocument))
            .Says("Shows one of one's requests", DataRequestJson.Default.DataRequestDocument);
        routes.Private("DELETE", One, sensitive: true, async (context, caller) =>
        {
            await routes.Get<OwnDataRequests>().WithdrawAsync(caller, RouteMap.Id(context), Client.Of(context), context.RequestAborted);
            context.Response.StatusCode = 204;
        })
            .Says("Calls a request back", refuses: [409]);
        routes.Private("GET", One + "/archive", sensitive: true, async (context, caller) =>
        {
            var archive = await routes.Get<OwnDataRequests>().ArchiveAsync(caller, RouteMap.Id(context), Client.Of(context), context.RequestAborted);
            context.Response.ContentType = "application/zip";
            context.Response.Headers.ContentDisposition = $"attachment; filename=\"{RouteMap.Id(context)}.zip\"";
            context.Response.Headers.CacheControl = "no-store";
            await context.Response.Body.WriteAsync(archive, context.RequestAborted);
        })
            .Says("Fetches the archive of a request", type: "application/zip", more: "A signed archive, for a session of this quarter of an hour.");
    }
}
