using System.Globalization;
using Godwit.Http.Problems;
using Godwit.Identity.Reference;
using Godwit.Identity.Requests;
using Godwit.Identity.Roles;
using Microsoft.AspNetCore.Http;

namespace Godwit.Identity.Administration;

/// <summary>What may be done to others, each by a permission.</summary>
internal static class AdministrationRoutes
{
    private const string Users = "/v1/admin/users", User = Users + "/{id:guid}", Requests = "/v1/admin/data-requests", Request = Requests + "/{id:guid}";

    public static void Map(RouteMap routes)
    {
        MapUsers(routes);
        MapRequests(routes);
        routes.Admin("GET", "/v1/admin/events", Permission.ReadEvents, async (context, caller) => await RouteMap.AnswerAsync(
            context, await routes.Get<EventSearch>().FindAsync(caller, EventFilter.Read(context.Request.Query), context.RequestAborted), AdministrationJson.Default.IReadOnlyListEventRecord))
            .Says("Looks through security events", AdministrationJson.Default.IReadOnlyListEventRecord, refuses: [400], query:
            [
                ("user", "the account that they are about"), ("by", "the administrator who did it"), ("type", "a type of event"), ("severity", "info, warning or critical"), ("from", "a time"), ("to", "a time"),
                ("before", "the cursor of the last event of the page before"), ("limit", "1 to 200, 50 where it is not said"),
            ]);
        routes.Admin("GET", "/v1/admin/stats", Permission.ReadStats, async (context, _) => await RouteMap.AnswerAsync(context, await routes.Get<ServiceStatistics>().ReadAsync(context.RequestAborted), AdministrationJson.Default.Statistics))
            .Says("Figures of the service", AdministrationJson.Default.Statistics);
    }

    private static void MapUsers(RouteMap routes)
    {
        routes.Admin("POST", Users + "/search", Permission.ReadUsers, async (context, caller) =>
        {
            var search = await JsonBody.ReadAsync(context, AdministrationJson.Default.UserSearch);
            await RouteMap.AnswerAsync(context, await routes.Get<UserAdministration>().SearchAsync(caller, search, context.RequestAborted), AdministrationJson.Default.IReadOnlyListUserDocument);
        })
            .Says("Finds an account by its exact address or id", AdministrationJson.Default.IReadOnlyListUserDocument, AdministrationJson.Default.UserSearch, example: """{"email":"ada@example.org"}""");
        routes.Admin("GET", User, Permission.ReadUsers, async (context, caller) => await RouteMap.AnswerAsync(
            context, await routes.Get<UserAdministration>().ReadAsync(caller, RouteMap.Id(context), context.RequestAborted), AdministrationJson.Default.UserDocument))
            .Says("Shows an account", AdministrationJson.Default.UserDocument);
        routes.Admin("POST", User + "/lock", Permission.LockUsers, async (context, caller) =>
        {
            await routes.Get<UserAdministration>().LockAsync(caller, RouteMap.Id(context), await JsonBody.ReadAsync(context, AdministrationJson.Default.LockForm), context.RequestAborted);
            context.Response.StatusCode = 204;
        })
            .Says("Locks an account, and ends its sessions", takes: AdministrationJson.Default.LockForm, needs: "reason", refuses: [409], example: """{"reason":"asked for by its owner"}""");
        routes.Admin("POST", User + "/unlock", Permission.LockUsers, async (context, caller) =>
        {
            await routes.Get<UserAdministration>().UnlockAsync(caller, RouteMap.Id(context), context.RequestAborted);
            context.Response.StatusCode = 204;
        })
            .Says("Unlocks an account");
        routes.Admin("DELETE", User + "/sessions", Permission.EndSessions, async (context, caller) => await RouteMap.AnswerAsync(
            context, await routes.Get<UserAdministration>().EndSessionsAsync(caller, RouteMap.Id(context), context.RequestAborted), AdministrationJson.Default.EndedSessions))
            .Says("Ends all sessions of an account", AdministrationJson.Default.EndedSessions);
    }

    private static void MapRequests(RouteMap routes)
    {
        routes.Admin("GET", Requests, Permission.ReadRequests, async (context, _) =>
        {
            var query = context.Request.Query;
            var (due, after) = ((DateTimeOffset?)null, (Guid?)null);
            List<FieldFault> faults = [];
            if (Text(query, "dueBefore") is { } time)
            {
                if (DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)) due = at;
                else faults.Add(new FieldFault("dueBefore", "is a time: 2026-01-31T12:00:00Z"));
            }
            if (Text(query, "after") is { } last)
            {
                if (Guid.TryParse(last, out var id)) after = id;
                else faults.Add(new FieldFault("after", "is the id of a request"));
            }
            if (faults.Count > 0) throw new ProblemException(Problem.ValidationFailed(faults));
            await RouteMap.AnswerAsync(context, await routes.Get<RequestAdministration>().ListAsync(Text(query, "status"), due, after, context.RequestAborted), AdministrationJson.Default.IReadOnlyListRequestSummary);
        })
            .Says("Lists data requests", AdministrationJson.Default.IReadOnlyListRequestSummary, refuses: [400], query: [("status", "pending, in_progress, completed or rejected"), ("dueBefore", "a time"), ("after", "the id of the last request of the page before")]);
        routes.Admin("GET", Request, Permission.ReadRequests, async (context, caller) => await RouteMap.AnswerAsync(
            context, await routes.Get<RequestAdministration>().ReadAsync(caller, RouteMap.Id(context), context.RequestAborted), AdministrationJson.Default.RequestDocument))
            .Says("Shows a data request", AdministrationJson.Default.RequestDocument);
        routes.Admin("POST", Request + "/take", Permission.ProcessRequests, async (context, caller) =>
        {
            await routes.Get<RequestAdministration>().TakeAsync(caller, RouteMap.Id(context), context.RequestAborted);
            context.Response.StatusCode = 204;
        })
            .Says("Takes a data request", refuses: [409]);
        routes.Admin("POST", Request + "/complete", Permission.ProcessRequests, async (context, caller) =>
        {
            await routes.Get<RequestAdministration>().CompleteAsync(caller, RouteMap.Id(context), await JsonBody.ReadAsync(context, AdministrationJson.Default.RequestAnswer), context.RequestAborted);
            context.Response.StatusCode = 204;
        })
            .Says("Completes a data request", takes: AdministrationJson.Default.RequestAnswer, refuses: [409], example: """{"answer":"It is corrected."}""");
        routes.Admin("POST", Request + "/reject", Permission.ProcessRequests, async (context, caller) =>
        {
            await routes.Get<RequestAdministration>().RejectAsync(caller, RouteMap.Id(context), await JsonBody.ReadAsync(context, AdministrationJson.Default.RequestAnswer), context.RequestAborted);
            context.Response.StatusCode = 204;
        })
            .Says("Rejects a data request", takes: AdministrationJson.Default.RequestAnswer, needs: "answer", refuses: [409], example: """{"answer":"It is not about you."}""");
    }

    private static string? Text(IQueryCollection query, string name) => query[name] is [{ Length: > 0 } value] ? value : null;
}
