import { readDocuments, type ClusterDocument } from "./cluster-documents.ts";
import { ClusterFileError } from "./cluster-file-error.ts";
import { FieldFault, rootField } from "../object/field.ts";
import type { KubernetesObject } from "../objects.ts";
import { parseObjects } from "../object/parse-object.ts";

/**
 * Reads what `kubectl get ... -o yaml` or `-o json` printed, or manifests with their status: Lists and
 * single objects, in as many documents as there are. Kinds that weir has no use for are left out.
 * Throws ClusterFileError, with the file, the document, the line and the field.
 */
export function parseClusterText(text: string, fileName: string): readonly KubernetesObject[] {
  const bare = text.startsWith("\uFEFF") ? text.slice(1) : text;
  return readDocuments(bare, fileName).flatMap((document) => objectsOf(document, fileName));
}

function objectsOf(document: ClusterDocument, fileName: string): readonly KubernetesObject[] {
  try {
    return parseObjects(rootField(document.value));
  } catch (error) {
    if (!(error instanceof FieldFault)) throw error;
    const place = { document: document.number, line: document.lineOf(error.path) };
    throw new ClusterFileError(fileName, error.message, place, error);
  }
}
